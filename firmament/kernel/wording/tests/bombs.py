"""Texts that would run or grow without end, or nearly so: for the tests, and for the measurement of how long they last."""

# 100 KB each, the most that one value of a text may be.
LONG = "a" * 100_000
WIDE = "\u00df" * 100_000
CONTEXT: dict[str, object] = {
    "name": "Ana",
    "long": LONG,
    "other": "a" * 50_000 + "b",
    "wide": WIDE,
    "words": "ab " * 33_000,
    "items": [f"{number:05d}" for number in range(1_000)],
    "rows": [{"name": f"{number:05d}", "size": number} for number in range(1_000)],
    "due_on": "2026-11-27",
}
PARTIALS: dict[str, str] = {
    "loop": '{% snippet "loop" %}',
    "ping": '{% snippet "pong" %}',
    "pong": '{% snippet "ping" %}',
    "fan1": '{% snippet "fan2" %}' * 500,
    "fan2": '{% snippet "fan3" %}' * 500,
    "fan3": '{% snippet "fan4" %}' * 500,
    "fan4": '{% snippet "fan5" %}' * 500,
    "fan5": "{% if name %}{% endif %}" * 500,
    "big": "x" * 64_000,
    **{f"wide{number}": "{{name}}" * 1_999 + str(number) for number in range(400)},
}


REFUSED: dict[str, str] = {
    "a loop of a thousand million": "{% for i in (1..1000000000) %}{% endfor %}",
    "loops within loops": "{% for i in (1..1000) %}{% for j in (1..1000) %}{{ j }}{% endfor %}{% endfor %}",
    "loops of loops, twelve deep": "{% for i in (1..9) %}" * 11 + "x" + "{% endfor %}" * 11,
    "empty conditions in a loop": "{% for i in (1..2000) %}"
    + "{% if true %}{% endif %}" * 900
    + "{% endfor %}",
    "a joined range": "{{ (1..1000000000) | join: ',' }}",
    "a reversed range": "{{ (1..1000000000) | reverse }}",
    "a sorted range": "{{ (1..1000000000) | sort }}",
    "replaced fifteen times": "{% assign a = 'aaaaaaaaaa' %}"
    + "{% assign a = a | replace: 'a', 'aaaaaaaaaa' %}" * 15,
    "nothing replaced by much": "{{ long | replace: '', long }}",
    "appended to itself": "{% assign a = 'x' %}" + "{% assign a = a | append: a %}" * 40,
    "multiplied by itself": "{% assign a = 9 %}" + "{% assign a = a | times: a %}" * 40,
    "a list and itself": "{% assign a = 'x' | split: '' %}" + "{% assign a = a | concat: a %}" * 40,
    "joined by much": "{{ items | join: long }}",
    "every letter an item": "{{ long | split: '' }}",
    "letters that double": "{{ wide | upcase }}",
    "many names kept": "".join(f"{{% assign a{n} = long %}}" for n in range(500)),
    "conditions, 5,000 deep": "{% if true %}" * 5_000,
    "brackets, 5,000 deep": "{{ " + "name[" * 5_000 + "]" * 5_000 + " }}",
    "a text of 100 KB": "x" * 100_000,
    "braces": "{" * 64_000,
    "pairs of braces": "{{" * 32_000,
    "tags never closed": "{% " * 21_000,
    "blanks in an output": "{{" + " " * 64_000 + "}}",
    "blanks after a tag": "{% a" + " " * 60_000 + "{%",
    "raw, never closed": "{% raw %}" * 7_000,
    "doc, never closed": "{% doc %}" * 7_000,
    "comments in comments": "{% comment %}" * 5_000,
    "an unclosed quote": "{{ '" + "a" * 60_000 + " }}",
    "quotes": "{{ " + "'a" * 30_000 + " }}",
    "opening brackets": ("{{ " + "(" * 1_900 + " }}") * 30,
    "square brackets": ("{{ name" + "['" * 900 + " }}") * 30,
    "a number of 60,000 digits": "{{ " + "1" * 60_000 + " }}",
    "a long condition": "{% if name" + " or name" * 8_000 + " %}{% endif %}",
    "many outputs": "{{a}}" * 13_000,
    "many filters": "{{ name" + "|upcase" * 9_000 + " }}",
    "a long path": "{{ a" + ".b" * 32_000 + " }}",
    "uniq, over and over": "{% for i in (1..100) %}" + "{% assign x = items | uniq %}" * 100 + "{% endfor %}",
    "uniq of rows": "{% for i in (1..100) %}" + "{% assign x = rows | uniq %}" * 100 + "{% endfor %}",
    "sort, over and over": "{% for i in (1..100) %}"
    + "{% assign x = rows | sort: 'name' %}" * 99
    + "{% endfor %}",
    "words, over and over": "{% for i in (1..100) %}{% for j in (1..19) %}"
    + "{% assign x = words | truncatewords: 30000 %}" * 50
    + "{% endfor %}{% endfor %}",
    "urls, over and over": "{% for i in (1..1000) %}{% assign x = wide | slice: 0, 15000 | url_encode %}{% endfor %}",
    "dates, over and over": "{% for i in (1..1900) %}"
    + "{% assign x = due_on | date: '%A %B %Y' %}" * 50
    + "{% endfor %}",
    "a date of many parts": "{{ due_on | date: '" + "%A" * 900 + "' }}",
    "a date of a long text": "{{ long | date }}",
    "much written": "{{ long }}" * 3,
    "much written in a loop": "{% for i in (1..2000) %}{{ long }}{% endfor %}",
    "many letters in few": "{{ wide }}" * 2,
    "a snippet in itself": '{% snippet "loop" %}',
    "two snippets in each other": '{% snippet "ping" %}',
    "snippets that fan out": '{% snippet "fan1" %}',
    "big snippets": '{% snippet "big" %}' * 5,
    "snippets to be read": "".join(f'{{% snippet "wide{n}" %}}' for n in range(400)),
}
# Allowed, and to be done in time.
HARMLESS: dict[str, str] = {
    "long chains of filters": ("{{ long" + " | replace: 'a', 'b' | replace: 'b', 'a'" * 48 + " | size }}")
    * 8,
    "split, over and over": "{% for i in (1..100) %}"
    + "{% assign x = words | strip | size %}" * 99
    + "{% endfor %}",
    "chains that search": ("{% if " + " or ".join(["long contains other"] * 80) + " %}{% endif %}") * 8,
    "plain text": "x " * 32_000,
    "single braces": "{ " * 32_000,
    "closing braces": "}}" * 32_000,
    "blank lines before a tag": "\n" * 60_000 + "{{- name }}",
    "as many outputs as there may be": "{{name}}" * 1_999,
    "as much markup as there may be": ("{{ name" + " | strip" * 240 + " }}") * 8,
    "a case of many cases": "{% case name %}" + "{% when 1 %}" * 1_600 + "{% endcase %}",
    "lists of choices": "{% case name %}" + ("{% when 1" + ",1" * 900 + " %}") * 8 + "{% endcase %}",
    "names of names": "".join(f"{{% assign a{n} = name %}}" for n in range(500)),
}
