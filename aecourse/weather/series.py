"""Daily weather: the files that JMA's download page gives, and the synthetic sample that ships (lesson 01).

JMA is the Japan Meteorological Agency (気象庁); its page is https://www.data.jma.go.jp/risk/obsdl/index.php.
"""

import re
from pathlib import Path

import numpy as np
import pandas as pd

from .. import paths
from ..words import Words
from . import jma

# 品質情報, as JMA explains it (https://www.data.jma.go.jp/risk/obsdl/top/help3.html and help4), in our words
QUALITY = {
    8: Words("正常値 normal: nothing is missing behind it", "正常値：もとになる資料に欠けがない"),
    5: Words("準正常値 nearly normal: a part of the day is missing, but at least some 80 % is there",
             "準正常値：1日のうちの一部の資料が欠けているが、約80 %以上はそろっている"),
    4: Words("資料不足値 incomplete: more of the day is missing than JMA allows",
             "資料不足値：気象庁が許す範囲を超えて、その日の資料が欠けている"),
    2: Words("疑問値 questionable: seriously doubted, the value is not shown",
             "疑問値：かなり疑わしいため、値は示されていない"),
    1: Words("欠測 missing: there is no value", "欠測：値がない"),
    0: Words("not observed at this station, or no statistic is made of it",
             "この観測所では観測していないか、統計をとっていない"),
}
# JMA can also write quality as a mark behind the value, as in "5.4 )", instead of in a column of its own.
MARKS = {")": 5, "]": 4, "#": 2, "×": 1, "///": 1}
NO_PHENOMENON = "--"  # no rain, no snow: the amount is 0
SOURCE_OF_FILE = Words("JMA file {file}, {station}", "気象庁のファイル{file}、{station}")
SOURCE_OF_SAMPLE = Words("{file}, {station}: SYNTHETIC, from Yokohama's monthly normals, not observed",
                         "{file}、{station}：横浜の月ごとの平年値から作った合成データで、観測値ではありません")

DATE = re.compile(r"(\d{4})[/\-.年](\d{1,2})[/\-.月](\d{1,2})日?"
                  r"\s*(?:\(.\))?(?:[ T]\s*0?0:00(?::00(?:\.0+)?)?)?")  # (日) and midnight may follow
NUMBER = re.compile(r"([-+]?(?:\d+\.?\d*|\.\d+)|--)?\s*(\)|\]|#|×|///|\*)?")


def read_jma(path: str | Path, element: str = "平均気温", station: str | None = None) -> pd.DataFrame:
    """Read one element of one station from a CSV file of JMA's download page.

    path: the file as downloaded (cp932), or saved again as UTF-8; daily values (日別値).
    element: 平均気温, or with its unit 平均気温(℃); full- and half-width characters count as equal.
    station: may be left out where the file has one station.

    Returns a DataFrame with one row for every day from the first to the last (index `date`; a day that the
    file leaves out is NaN) and three float columns, NaN where the file has no such column:
    `value` in JMA's unit, a blank is NaN; `quality` (品質情報), a code of `QUALITY`; `homogeneity` (均質番号),
    which counts up where instrument or surroundings changed, so that values before and after compare badly.
    `.attrs` names source, station and element. The rows of the file may stand in any order.
    Raises FileNotFoundError without a file, and ValueError, in a sentence, where the file is not daily, lacks
    the element or the station, or holds words instead of numbers. Lesson 01.

    >>> len(read_jma(paths.shipped("data", "weather_sample.csv")).loc["2012"])
    366
    """
    table = jma.read_table(Path(path).expanduser())
    try:
        days = [_read_date(cells[:table.dates], line) for line, cells in table.rows]
        columns = _choose_columns(table, element, station)
        frame = _every_day(_read_columns(table.rows, columns, days))
    except ValueError as error:  # every complaint names the file, and what it has
        raise ValueError(Words("{name}: {problem} {contents}", "{name}：{problem}{contents}").format(
            name=table.name, problem=error.args[0], contents=table.contents)) from None
    chosen = columns[jma.VALUE]
    frame.attrs = {"source": table.name, "station": chosen.station, "element": chosen.element}
    return frame


def load_weather(path: str | Path | None = None) -> pd.Series:
    """Load daily mean temperatures to teach with: the JMA file a student names, else the sample that ships.

    Returns a float Series named `value` in °C with a daily index `date`; missing days are NaN, to be filled
    with `.interpolate()`. `.attrs["source"]` says in words where it comes from. The sample is SYNTHETIC: six
    years, 2012-2017, by tools/make_weather_sample.py; `sample_events()` lists the anomalies of the last one.
    Raises as `read_jma` does, and ValueError where every day is blank; for another element, or one station
    of several, call `read_jma`. Lesson 01.

    >>> len(load_weather()["2017"])
    365
    """
    frame = read_jma(paths.shipped("data", "weather_sample.csv") if path is None else path)
    if frame["value"].isna().all():
        raise ValueError(Words(
            "{name} has no temperature on any day. Many stations measure rain only: choose one that measures "
            "temperature (気温).",
            "{name}には、気温のある日が1日もありません。雨量だけを測る観測所も多いので、気温を測る観測所を選んでください。",
        ).format(name=frame.attrs["source"]))
    series = frame["value"].copy()
    source = SOURCE_OF_SAMPLE if path is None else SOURCE_OF_FILE
    station = frame.attrs["station"] or Words("station not named", "観測所名なし")
    series.attrs = {**frame.attrs, "source": str(source.format(file=frame.attrs["source"], station=station))}
    return series


def sample_events() -> pd.DataFrame:
    """Load the list of the anomalies in the last year of the sample.

    Returns a DataFrame, one row an event: `start` and `end` (first and last day), `kind`, `size` in °C.
    kind is `spike` (one day), `wave` (seven days too warm or too cold) or `stuck` (the sensor repeats one
    value; size is NaN). Lesson 01.

    >>> sorted(sample_events()["kind"].unique())
    ['spike', 'stuck', 'wave']
    """
    return pd.read_csv(paths.shipped("data", "weather_sample_events.csv"), parse_dates=["start", "end"])


def _choose_columns(table, element, station):
    """Return {label: Column} for one element of one station."""
    if station is None and len(table.stations) > 1:
        raise ValueError(Words(
            "The file has several stations: name one, station={first!r}.",
            "このファイルには複数の観測所があります。station={first!r}のように1つを指定してください。").format(first=table.stations[0]))
    if station is not None and jma.plain(station) not in map(jma.plain, table.stations):
        raise ValueError(Words("There is no station {station}.",
                               "{station}という観測所はありません。").format(station=station))
    matching = [column for column in table.columns if jma.plain(element) in _names(column.element)
                and (station is None or jma.plain(column.station) == jma.plain(station))]
    values = [column for column in matching if column.label == jma.VALUE]
    _check_one(values, element, station)
    return {column.label: column for column in reversed(matching)}  # reversed: of equal labels the first wins


def _check_one(values, element, station):
    """Raise a ValueError unless there is one column of values."""
    if not values:
        place = Words(" at {station}", "{station}に").format(station=station) if station else ""
        raise ValueError(Words("There is no element {element}{place}.", "{place}{element}という要素はありません。",
                               ).format(element=element, place=place))
    if len(values) > 1:
        full = ", ".join(dict.fromkeys(column.element for column in values))
        raise ValueError(Words(
            "There are {count} columns of values for {element} ({full}): name the element in full, "
            "and download stations of the same name one by one.",
            "{element}に当てはまる値の列が{count}列あります（{full}）。要素の名前を省略せずに書いてください。"
            "同じ名前の観測所のデータは、1つずつダウンロードしてください。",
        ).format(count=len(values), element=element, full=full))


def _names(element):
    """Return the two names of an element: with its unit, and without."""
    return jma.plain(element), re.sub(r"\s*\([^()]*\)$", "", jma.plain(element))


def _read_columns(rows, columns, days):
    """Return value, quality and homogeneity of the rows, in their order."""
    frame = pd.DataFrame(index=pd.DatetimeIndex(days, name="date"))
    frame["value"], frame["quality"] = _read_column(rows, columns[jma.VALUE]).T
    if jma.QUALITY in columns:
        frame["quality"] = _read_column(rows, columns[jma.QUALITY])[:, 0]
    frame["homogeneity"] = np.nan
    if jma.HOMOGENEITY in columns:
        frame["homogeneity"] = _read_column(rows, columns[jma.HOMOGENEITY])[:, 0]
    return frame


def _read_date(cells, line):
    text = jma.plain("/".join(cell for cell in cells if cell not in "月火水木金土日"))
    text = re.sub(r"^(\d{4})(\d\d)(\d\d)$", r"\1/\2/\3", text)
    match = DATE.fullmatch(text)
    if not match:
        raise ValueError(Words(
            "The file is not daily: line {line} is dated {text!r}, not with a day such as 2012/1/1.",
            "日別値のファイルではありません。{line}行目の日付が、2012/1/1のような日ではなく、{text!r}になっています。",
        ).format(line=line, text=text) + jma.HOW_TO_GET)
    try:
        return pd.Timestamp(*map(int, match.groups()))
    except ValueError:
        raise ValueError(Words(
            "Line {line}: there is no day {text}. Correct it, or download the file again.",
            "{line}行目：{text}という日はありません。直すか、ファイルをダウンロードし直してください。",
        ).format(line=line, text=text)) from None


def _read_column(rows, column):
    """Return an array [rows, 2]: the numbers, and the quality that a mark behind them means; NaN without one."""
    return np.array([_read_number(jma.cell_at(cells, column.position), column, line) for line, cells in rows])


def _read_number(text, column, line):
    match = NUMBER.fullmatch("" if text.lower() == "nan" else jma.plain(text))
    if not match:
        raise ValueError(Words(
            "Line {line}: {name} is {text!r}, not a number. Choose an element that is measured in numbers.",
            "{line}行目：{name}が{text!r}で、数ではありません。数で測る要素を選んでください。",
        ).format(line=line, name=f"{column.element} {column.label}".strip(), text=text))
    number, mark = match.groups()
    return 0.0 if number == NO_PHENOMENON else float(number or "nan"), MARKS.get(mark, np.nan)


def _every_day(frame):
    """Return the rows sorted, every day once, days that are not in the file as NaN."""
    frame = frame[~frame.reset_index().duplicated().to_numpy()].sort_index()
    repeated = frame.index[frame.index.duplicated()]
    if len(repeated):
        raise ValueError(Words(
            "The day {day:%Y/%m/%d} comes twice, with different values. Keep one of the two rows.",
            "{day:%Y/%m/%d}の行が2つあり、値が違います。どちらか一方だけを残してください。").format(day=repeated[0]))
    gap = frame.index.to_series().diff().dt.days.median()
    if gap > 1:
        raise ValueError(Words(
            "The file is not daily: its rows lie {gap:.0f} days apart.",
            "日別値のファイルではありません。日付が{gap:.0f}日おきになっています。").format(gap=gap) + jma.HOW_TO_GET)
    return frame.reindex(pd.date_range(frame.index[0], frame.index[-1], freq="D", name="date"))
