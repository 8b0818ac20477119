"""Tables as people have them: CSV of any encoding and delimiter, XLSX, XLS, ODS.

`reading.read_table` gives rows of text; `writing.write_csv` and `writing.write_xlsx` give files in
which no cell can run. `table` holds the shapes they share.
"""
