"""JMA: the layout of the CSV files that its download page gives, which cell is what, for `weather.read_jma`.

A file has lines before the table (ダウンロードした時刻, a blank line), then header rows (station; element;
one or two rows of 時分, 現象なし情報, 品質情報, 均質番号), then one row a day:

    ,横浜,横浜,横浜
    年月日,平均気温(℃),平均気温(℃),平均気温(℃)
    ,,品質情報,均質番号
    2012/1/1,5.9,8,1
"""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from ..words import Words

VALUE, QUALITY, HOMOGENEITY = "", "品質情報", "均質番号"  # what the rows below the element say of a column
SUB_LABELS = {QUALITY, HOMOGENEITY, "現象なし情報", "時分", "風向"}
DATE_LABELS = {"", "年月日", "年月日時", "年月", "年", "月", "日", "時", "曜日", "半旬", "旬", "期間", "日付",
               "集計開始", "集計終了", "地点", "地点名", "date"}  # over the dates, left of the stations
NOT_DAILY = re.compile("時|旬|集計|期間")
DATE_START = re.compile(r"\d{4}(\D|$)|\d{8}$")
NOT_TEXT = {b"PK": Words("an Excel workbook or a zip archive", "Excelブックまたはzipファイル"),
            b"\xd0\xcf\x11\xe0": Words("an old Excel workbook", "古い形式のExcelブック"),
            b"\x1f\x8b": Words("a gzip archive", "gzipファイル"), b"%PDF": Words("a PDF", "PDF")}
HOW_TO_GET = Words(  # after another sentence
    " Download daily values (日別値) as CSV from https://www.data.jma.go.jp/risk/obsdl/index.php.",
    "https://www.data.jma.go.jp/risk/obsdl/index.php から日別値をCSVでダウンロードしてください。")
NO_NAME = Words("(no name)", "（名前なし）")


@dataclass(frozen=True)
class Column:
    """One column of the table: its position in a row, and what the header rows above it say."""

    position: int
    station: str
    element: str  # with its unit, as in 平均気温(℃)
    label: str  # VALUE, QUALITY, HOMOGENEITY, or "時分", "平年値(℃)", ...


@dataclass(frozen=True)
class Table:
    """A file taken apart: its columns, and the line number and cells of every row of data."""

    name: str
    columns: list[Column]
    dates: int  # how many columns the date takes: 1, or 3 for 年, 月, 日
    rows: list[tuple[int, list[str]]]  # (line number, cells)

    @property
    def stations(self) -> list[str]:
        """The names of the stations, in their order."""
        return list(dict.fromkeys(column.station for column in self.columns if column.station))

    @property
    def contents(self) -> Words:
        """A sentence that lists what the file has."""
        elements = dict.fromkeys(column.element for column in self.columns if column.element)
        return Words("It has the stations {stations} and the elements {elements}.",
                     "このファイルにある観測所：{stations}。要素：{elements}。",
                     ).format(stations=", ".join(self.stations) or NO_NAME, elements=", ".join(elements) or NO_NAME)


def read_table(path: Path) -> Table:
    """Take the file at this path apart.

    Raises FileNotFoundError where there is no file, ValueError where it is not a table of daily values.
    """
    lines = _read_cells(path)
    header, start = _find_header(lines, path.name)
    dates = min(_count_date_labels(cells) for cells in header)
    rows = [(line, cells) for line, cells in lines[start:]
            if cells not in header and not _is_note(cells)]
    table = Table(path.name, _name_columns(header, dates), dates, rows)
    for label in (cell for cells in header for cell in cells[:dates]):
        if NOT_DAILY.search(label):
            raise ValueError(Words(
                "{name} is not daily: its dates are headed {label}. {contents}",
                "{name}は日別値のファイルではありません。日付の列の見出しが「{label}」です。{contents}",
            ).format(name=path.name, label=label, contents=table.contents) + HOW_TO_GET)
    return table


def plain(text: str) -> str:
    """Return a text as it is compared: full-width characters as half-width ones (NFKC), no spaces around.

    >>> plain(" 平均気温（℃）")
    '平均気温(°C)'
    """
    return unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-").strip()


def cell_at(cells: list[str], position: int) -> str:
    """Return the cell at a position, "" right of the end: programs drop empty cells there.

    >>> cell_at(["2012/1/1", "5.9"], 2)
    ''
    """
    return cells[position] if position < len(cells) else ""


def _read_cells(path):
    """Return [(line number, cells)] of every row that is not blank."""
    text = _read_text(path)
    delimiter = max(",\t;", key=text.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, [cell.strip() for cell in cells]) for cells in reader]
    except csv.Error as error:
        raise ValueError(Words(
            "{name} is not a readable CSV file ({error}).", "{name}をCSVファイルとして読めません（{error}）。",
        ).format(name=path.name, error=error) + HOW_TO_GET) from None
    return [(line, cells) for line, cells in rows if any(cells)]


def _read_text(path):
    if not path.exists():
        raise FileNotFoundError(Words(
            "There is no file {path}. Check its name and its folder.",
            "{path}というファイルがありません。ファイル名とフォルダを確かめてください。").format(path=path))
    if path.is_dir():
        raise ValueError(Words("{path} is a folder. Name the CSV file inside it.",
                               "{path}はフォルダです。その中のCSVファイルを指定してください。").format(path=path))
    return _decode(path.read_bytes(), path.name)


def _decode(data, name):
    """Return the text that a file's bytes hold."""
    for first_bytes, format_name in NOT_TEXT.items():
        if data.startswith(first_bytes):
            raise ValueError(Words(
                "{name} is {format_name}, not CSV text.", "{name}は{format_name}で、CSVではありません。",
            ).format(name=name, format_name=format_name) + HOW_TO_GET)
    if not data.strip():
        raise ValueError(Words("{name} is empty.", "{name}は空です。").format(name=name) + HOW_TO_GET)
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp932"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.lstrip().startswith("<"):
            raise ValueError(Words("{name} is a web page (HTML), not CSV.",
                                   "{name}はウェブページ（HTML）で、CSVではありません。").format(name=name) + HOW_TO_GET)
        if "\0" not in text:
            return text
    raise ValueError(Words("{name} is not text in cp932 or UTF-8.",
                           "{name}はcp932またはUTF-8のテキストではありません。").format(name=name) + HOW_TO_GET)


def _find_header(lines, name):
    """Return the header rows, and the index of the first row of data."""
    header = []
    for start, (_, cells) in enumerate(lines):
        if cells[0].lower() in DATE_LABELS and _count_date_labels(cells) < len(cells):
            header.append(cells)
        elif header and DATE_START.match(cells[0]):
            return header, start
        else:
            header = []  # so far only lines before the table: time of download, comments
    raise ValueError(Words(
        "{name} has no table of days as JMA writes it: header rows, then rows such as 2012/1/1,5.9,8,1.",
        "{name}には、気象庁の形式の日別値の表がありません。見出しの行のあとに、2012/1/1,5.9,8,1のような行が続くはずです。",
    ).format(name=name) + HOW_TO_GET)


def _count_date_labels(cells):
    return next((index for index, cell in enumerate(cells) if cell.lower() not in DATE_LABELS), len(cells))


def _is_note(cells):
    """Tell whether a row has words in its first cell and nothing beside: a remark between or below the data."""
    return not any(cells[1:]) and not DATE_START.match(cells[0])


def _name_columns(header, dates):
    """Return a Column for each column right of the dates."""
    name_rows = [cells for cells in header if cell_at(cells, dates)]  # in the rows below these, a value has ""
    stations, elements = (name_rows[-2] if len(name_rows) > 1 else []), name_rows[-1]
    below = header[header.index(elements) + 1:]
    width = max(index + 1 for cells in header for index, cell in enumerate(cells) if cell)
    columns, station, element = [], "", ""
    for position in range(dates, width):
        station = cell_at(stations, position) or station  # written once, a name counts for all that follow
        name = cell_at(elements, position)
        labels = [cell_at(cells, position) for cells in below]
        if name in SUB_LABELS:  # 品質情報 in the element row itself
            labels.append(name)
        else:
            element = name or element
        columns.append(Column(position, station, element, " ".join(label for label in labels if label)))
    return columns
