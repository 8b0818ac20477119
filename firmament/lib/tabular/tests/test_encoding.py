"""The encoding is found for the languages and the code pages that office programs write."""

import pytest

from firmament.lib.tabular.encoding import decode
from firmament.lib.tabular.table import TableError

TEXTS = {
    "german": "Name;Straße;Ort\nMüller GmbH;Königstraße 5;Köln\nBäckerei Schröder;Äußere Gasse;Nürnberg\n",
    "french": "Société Générale,Hélène Lefèvre,Orléans\nÉtablissements Dubois,François,Besançon\nNoël,Nîmes",
    "spanish": "Señor Muñoz,Compañía Española,Málaga\nPeña,Ángel,Córdoba",
    "portuguese": "João,São Paulo,Conceição\nIrmãos Araújo,Simões,Açores",
    "danish": "Søren,Ærø,Århus\nJørgensen,Kjær,Brønshøj",
    "one umlaut": "Company,City\nMüller,Berlin\nSmith,London",
    "polish": "Imię;Miasto\nŁukasz Wałęsa;Łódź\nŻółkiewski;Kraków\nMałgorzata Dąbrowska;Gdańsk\nŚwięta;Poznań",
    "czech": "Jméno;Město\nJiří Dvořák;Plzeň\nŽofie Nováková;České Budějovice\nŠťastný;Příbram\nKřížek;Ústí",
    "hungarian": "Név;Város\nSzőke Gábor;Győr\nÁrpád Kovács;Pécs\nErdős;Hódmezővásárhely",
    "russian": "Имя;Город\nИванов Пётр;Москва\nООО «Ромашка»;Санкт-Петербург",
    "one russian word": "Name;City\nSmith;London\nИванов;Moscow",
    "ukrainian": "Ім'я;Місто\nШевченко;Київ\nЇжакевич;Львів",
    "greek": "Όνομα;Πόλη\nΓιώργος Παπαδόπουλος;Αθήνα\nΜαρία;Θεσσαλονίκη",
    "turkish": "İsim;Şehir\nAyşe Yıldız;İstanbul\nÇağlar Güneş;Eskişehir\nErdoğan;Muğla",
    "lithuanian": "Vardas;Miestas\nŽydrūnas;Šiauliai\nKęstutis Čepaitis;Panevėžys",
    "chinese": "姓名,城市\n王小明,北京\n李华,上海\n有限公司,广州",
    "japanese": "名前,都市\n田中太郎,東京\nスズキ,大阪\nひらがな,京都",
    "traditional chinese": "姓名,城市\n王小明,臺北\n陳美華,高雄",
    "korean": "이름,도시\n김철수,서울\n박영희,부산",
}
WRITTEN_IN = {
    "cp1252": ("german", "french", "spanish", "portuguese", "danish", "one umlaut"),
    "iso8859-15": ("german", "one umlaut"),
    "mac_roman": ("german", "french", "spanish", "portuguese", "danish", "one umlaut"),
    "cp850": ("german", "spanish", "danish", "one umlaut"),
    "cp1250": ("polish", "czech", "hungarian", "german"),
    "iso8859-2": ("polish", "czech", "hungarian"),
    "cp852": ("polish", "czech", "hungarian"),
    "cp1251": ("russian", "ukrainian", "one russian word"),
    "cp866": ("russian", "one russian word"),
    "koi8-r": ("russian",),
    "cp1253": ("greek",),
    "cp1254": ("turkish",),
    "cp1257": ("lithuanian",),
    "gb18030": ("chinese",),
    "cp932": ("japanese",),
    "big5": ("traditional chinese",),
    "euc_kr": ("korean",),
    "utf-8": tuple(TEXTS),
    "utf-8-sig": tuple(TEXTS),
    "utf-16": tuple(TEXTS),
    "utf-16-le": ("german", "russian", "chinese"),
    "utf-16-be": ("polish", "greek"),
    "utf-32": ("german", "chinese"),
}


@pytest.mark.parametrize(
    ("codec", "language"), [(codec, each) for codec, languages in WRITTEN_IN.items() for each in languages]
)
def test_a_text_is_read_as_it_was_written(codec: str, language: str) -> None:
    content = TEXTS[language].encode(codec, "replace")

    text, _ = decode(content)

    assert text == content.decode(codec)


def test_a_few_pasted_rows_of_another_encoding_do_not_spoil_a_utf8_file() -> None:
    content = ("Łódź;Kraków\n" * 20).encode() + "Müller\n".encode("cp1252")

    text, codec = decode(content)

    assert (text[-7:], codec) == ("Müller\n", "utf-8")


def test_binary_data_is_refused() -> None:
    with pytest.raises(TableError, match="binary data"):
        decode(bytes(range(256)) * 40)


def test_a_cut_utf16_file_is_refused() -> None:
    with pytest.raises(TableError, match="damaged"):
        decode("Name;Ort".encode("utf-16")[:-1])
