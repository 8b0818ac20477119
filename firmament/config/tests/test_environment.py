import re
from pathlib import Path

import pytest

from firmament.config import environment as module
from firmament.config.environment import Environment, SettingsWrong, environment, from_url


@pytest.fixture
def read(monkeypatch, tmp_path):
    """The environment as it would be read with these variables and no others of ours."""

    def read(**variables: str) -> Environment:
        for name in list(module.os.environ):
            if name.startswith("FIRMAMENT_") or name == "DATABASE_URL":
                monkeypatch.delenv(name)
        monkeypatch.setenv("FIRMAMENT_HOME", str(tmp_path / "home"))
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        return environment.__wrapped__()

    return read


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("FIRMAMENT_PORT", "eighty", "valid integer"),
        ("FIRMAMENT_PORT", "70000", "less than or equal to 65535"),
        ("FIRMAMENT_URL", "desk.example.com", "the public address alone"),
        ("FIRMAMENT_URL", "https://desk.example.com/app", "the public address alone"),
        ("FIRMAMENT_TRUSTED_PROXIES", "10.0.0.0/8, my-proxy", "my-proxy"),
        ("DATABASE_URL", "mysql://db/firmament", "must begin with postgresql://"),
        ("DATABASE_URL", "postgresql://db", "must name a database"),
        ("FIRMAMENT_MAIL", "mail.example.com", "smtp://"),
        ("FIRMAMENT_SCANNER", "clam", "clamav://"),
        ("FIRMAMENT_LOG_LEVEL", "loud", "'INFO'"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_should_be(read, name, value, said):
    with pytest.raises(SettingsWrong) as caught:
        read(**{name: value})

    assert str(caught.value).startswith(f"{name}: ")
    assert said in str(caught.value)


def test_a_wrong_setting_is_not_repeated_for_it_may_hold_a_password(read):
    with pytest.raises(SettingsWrong) as caught:
        read(FIRMAMENT_MAIL="imap://user:hunter2@mail.example.com", DATABASE_URL="mysql://u:hunter2@db/x")

    assert "hunter2" not in str(caught.value)
    assert len(str(caught.value).splitlines()) == 2


def test_a_home_that_cannot_be_made_is_said_so(read):
    with pytest.raises(SettingsWrong, match="FIRMAMENT_HOME: /proc/nowhere"):
        read(FIRMAMENT_HOME="/proc/nowhere/home")


def test_the_public_address_decides_hosts_origins_cookies_and_the_sender_of_mail(read):
    env = read(FIRMAMENT_URL="https://desk.example.com/")

    assert env.public_url == "https://desk.example.com"
    assert "desk.example.com" in env.allowed_hosts
    assert env.trusted_origins == ["https://desk.example.com"]
    assert env.is_https and not env.is_loopback
    assert env.mail_sender == "no-reply@desk.example.com"


def test_without_settings_it_is_this_machine_alone(read):
    env = read(FIRMAMENT_PORT="8123")

    assert env.public_url == "http://127.0.0.1:8123"
    assert env.is_loopback and env.uses_embedded_database and env.bind == "127.0.0.1"


def test_the_secret_key_is_made_once_and_only_its_owner_reads_it(read):
    first = read().secret_key.get_secret_value()

    assert read().secret_key.get_secret_value() == first
    assert len(first) > 60
    assert (read().home / "secret-key").stat().st_mode & 0o777 == 0o600
    assert read(FIRMAMENT_SECRET_KEY="given").secret_key.get_secret_value() == "given"


def test_a_url_may_name_a_socket_directory_and_options():
    place = from_url("postgresql://app:p%40ss@/firm?host=%2Ftmp%2Fa%20b&port=5433&sslmode=require")

    assert place == {
        "NAME": "firm",
        "USER": "app",
        "PASSWORD": "p@ss",
        "HOST": "/tmp/a b",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_only_privileged_commands_hold_more_than_the_applications_role(read):
    urls = {
        "DATABASE_URL": "postgresql://firmament_owner:o@db/f",
        "FIRMAMENT_APP_DATABASE_URL": "postgresql://firmament_app:a@db/f",
        "FIRMAMENT_OPS_DATABASE_URL": "postgresql://firmament_ops:b@db/f",
    }

    assert {alias: place["USER"] for alias, place in read(**urls).databases.items()} == {
        "default": "firmament_app"
    }
    privileged = read(**urls, FIRMAMENT_PRIVILEGED="1").databases
    assert {alias: place["USER"] for alias, place in privileged.items()} == {
        "default": "firmament_app",
        "owner": "firmament_owner",
        "ops": "firmament_ops",
    }


def test_the_application_never_connects_as_the_owner_for_want_of_its_own_role(read):
    env = read(DATABASE_URL="postgresql://postgres:root@db/f")

    assert env.databases["default"]["USER"] == "firmament_app"
    assert env.databases["default"]["PASSWORD"] == ""


def test_the_reference_page_lists_every_setting_with_its_default_and_no_other():
    page = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "settings.md").read_text()
    listed = set(re.findall(r"^\| `((?:FIRMAMENT|DATABASE)_\w+)` \|", page, re.MULTILINE))

    internal = {"privileged", "testing"}
    fields = set(Environment.model_fields) - internal
    assert listed == {"DATABASE_URL"} | {f"FIRMAMENT_{f.upper()}" for f in fields - {"database_url"}}
