"""Every layout that JMA's download page can give is read, and what is not such a file is refused in words."""

import codecs
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aecourse import paths, weather
from tools import make_weather_sample

REAL_LAYOUT = """ダウンロードした時刻：2020/01/08 15:54:33

,練馬,練馬,練馬
年月日,平均気温(℃),平均気温(℃),平均気温(℃)
,,品質情報,均質番号
2012/1/1,4.2,8,1
2012/1/2,,1,1
2012/1/3,5.2,5,2
"""
MANY = """ダウンロードした時刻：2023/10/20 10:42:41

,東京,東京,東京,東京,東京,東京,東京,東京,東京,東京,東京,東京,東京,東京,東京
年月日,平均風速(m/s),平均風速(m/s),最高気温(℃),最高気温(℃),最高気温(℃),最高気温(℃),降水量の合計(mm),降水量の合計(mm),降水量の合計(mm),\
1時間降水量の最大(mm),平均気温(℃),平均気温(℃),最多風向(16方位),天気概況(昼：06時～18時),天気概況(夜：18時～翌日06時)
,,,,,時分,時分,,,,,,,,,
,,品質情報,,品質情報,,品質情報,,現象なし情報,品質情報,,,平年値(℃),,,
2013/10/20,3.9,8,16.2,5,2013/10/20 23:31,8,61.0,0,8,5.5,15.2,17.1,北北西,大雨,雨後晴
2013/10/21,2.1,8,21.7,4,2013/10/21 14:39,8,0,1,8,0,18.4,17.0,東北東,曇一時晴,曇
"""


@pytest.fixture
def write(tmp_path):
    """Write text (cp932) or bytes to a file and give its path."""
    def to_file(content, name="jma.csv"):
        path = tmp_path / name
        path.write_bytes(content.encode("cp932") if isinstance(content, str) else content)
        return path
    return to_file


def refusal(path, error=ValueError, **choice):
    """The sentence with which a file is refused."""
    with pytest.raises(error) as caught:
        weather.read_jma(path, **choice)
    sentence = str(caught.value)
    assert sentence.endswith(".") and path.name in sentence
    return sentence


def test_real_layout(write):
    table = weather.read_jma(write(REAL_LAYOUT))
    assert table.columns.tolist() == ["value", "quality", "homogeneity"]
    assert isinstance(table.index, pd.DatetimeIndex) and table.index.name == "date"
    assert (table.dtypes == "float64").all()
    np.testing.assert_array_equal(table.to_numpy(), [[4.2, 8, 1], [np.nan, 1, 1], [5.2, 5, 2]])
    assert table.attrs == {"source": "jma.csv", "station": "練馬", "element": "平均気温(℃)"}
    assert set(table["quality"]) <= set(weather.QUALITY)


@pytest.mark.parametrize("element, values, quality", [
    ("平均気温", [15.2, 18.4], [np.nan, np.nan]),
    ("平均風速", [3.9, 2.1], [8, 8]),
    ("最高気温", [16.2, 21.7], [5, 4]),
    ("最高気温（℃）", [16.2, 21.7], [5, 4]),
    ("降水量の合計", [61, 0], [8, 8]),
    ("１時間降水量の最大", [5.5, 0], [np.nan, np.nan]),
])
def test_one_of_many_elements(write, element, values, quality):
    table = weather.read_jma(write(MANY), element)
    assert table["value"].tolist() == values
    np.testing.assert_array_equal(table["quality"], quality)
    assert table["homogeneity"].isna().all()


@pytest.mark.parametrize("old, new", [
    ("2012/1/", "2012-01-0"), ("2012/1/", "2012/01/0"), ("2012/1/", "2012010"), ("\n", "\r\n"), ("\n", "\r"),
    (",", "\t"), ("\n", ",,,\n"), ("\n", "\n\n"), ("年月日", ""), ("ダウンロードした時刻：", ""),
    ("ダウンロードした時刻", "※注\n#,comment\nダウンロードした時刻"), (",練馬,練馬,練馬", ",練馬,,"),
    (",平均気温(℃),平均気温(℃),平均気温(℃)", ",平均気温(℃)"), (",練馬", ",東京都\u3000練馬"),
    (",練馬,練馬,練馬", ",東京都,東京都,東京都\n,練馬,練馬,練馬"),
    ("平均気温(℃),平均気温(℃)\n,,品質情報,均質番号", "品質情報,均質番号"),
    ("年月日,平均気温(℃),", '"年月日","平均気温(℃)",'),
    ("2012/1/3,5.2,5,2\n", "2012/1/3,5.2,5,2\n※備考\n"),
    ("2012/1/3", ",練馬,練馬,練馬\n2012/1/3"),  # two files glued together
    ("2012/1/3", "2012/1/1,4.2,8,1\n2012/1/3"),  # the same row twice
    (",練馬,練馬,練馬\n", ""),
])
def test_same_table_in_another_layout(write, old, new):
    changed = REAL_LAYOUT.replace(old, new)
    assert changed != REAL_LAYOUT
    table, expected = weather.read_jma(write(changed)), weather.read_jma(write(REAL_LAYOUT, "expected.csv"))
    pd.testing.assert_frame_equal(table, expected)


@pytest.mark.parametrize("date", ["{0}年{1}月{2}日", "{0}/{1}/{2}(日)", "{0}年{1}月{2}日（月）", "{0}-{1}-{2} 00:00:00",
                                  "{0}/{1}/{2} 0:00"])
def test_date_styles(write, date):
    rows = "".join(f"{date.format(2012, 1, day)},{day}.5\n" for day in (1, 2, 3))
    table = weather.read_jma(write(",福岡\n,平均気温(℃)\n" + rows))
    assert table["value"].tolist() == [1.5, 2.5, 3.5]
    assert table.index[-1] == pd.Timestamp(2012, 1, 3)


@pytest.mark.parametrize("labels, weekday", [("年,月,日", ""), (",,", ""), ("年,月,日,曜日", ",日")])
def test_year_month_day_columns(write, labels, weekday):
    blank = "," * labels.count(",")
    text = f"{blank},横浜,横浜\n{labels},平均気温(℃),平均気温(℃)\n{blank},,品質情報\n2012,2,29{weekday},4.2,8\n"
    table = weather.read_jma(write(text))
    assert table.index.tolist() == [pd.Timestamp(2012, 2, 29)]
    assert table.iloc[0, :2].tolist() == [4.2, 8]


def test_marks_instead_of_a_quality_column(write):
    cells = ["5.4 )", "5.4 ]", "///", "×", "#", "--", "-0.3", "−1.5", "7*"]
    rows = "".join(f"2012/1/{i + 1},{cell}\n" for i, cell in enumerate(cells))
    table = weather.read_jma(write(("年月日,平均気温(℃)\n" + rows).encode()))
    nan = np.nan
    np.testing.assert_array_equal(table["value"], [5.4, 5.4, nan, nan, nan, 0, -0.3, -1.5, 7])
    np.testing.assert_array_equal(table["quality"], [5, 4, 1, 1, 2, nan, nan, nan, nan])


def test_rows_in_any_order_and_missing_days(write):
    table = weather.read_jma(write("年月日,平均気温(℃)\n2012/3/2,2\n2012/3/1,1\n2012/2/28,28\n2012/2/27,27\n"))
    np.testing.assert_array_equal(table["value"], [27, 28, np.nan, 1, 2])
    assert table.index[2] == pd.Timestamp(2012, 2, 29)


def test_stations(write):
    text = (",所沢,所沢,熊谷,熊谷\n年月日,平均気温(℃),平均気温(℃),平均気温(℃),平均気温(℃)\n"
            ",,品質情報,,品質情報\n2016/1/1,5.4,8,6.2,5\n")
    path = write(text)
    assert weather.read_jma(path, station="熊谷").iloc[0, :2].tolist() == [6.2, 5]
    for choice in [{}, {"station": "横浜"}, {"station": "熊谷", "element": "降水量の合計"}]:
        sentence = refusal(path, **choice)
        assert "所沢" in sentence and "熊谷" in sentence and "平均気温(℃)" in sentence
    twins = write(text.replace("熊谷", "所沢"), "twins.csv")
    assert "one by one" in refusal(twins, station="所沢")


@pytest.mark.parametrize("element, words", [
    ("平均気圧", ["平均気圧", "平均気温(℃)", "最高気温(℃)", "東京"]), ("気温", ["no element 気温", "平均気温(℃)"]),
    ("平均気温(°F)", ["平均気温(℃)"]), ("最多風向", ["北北西", "not a number"]),
    ("天気概況", ["天気概況(昼：06時～18時)", "天気概況(夜：18時～翌日06時)"]),
])
def test_elements_that_are_refused(write, element, words):
    sentence = refusal(write(MANY), element=element)
    assert all(word in sentence for word in words)


@pytest.mark.parametrize("content, words", [
    (",横浜\n年月日時,気温(℃)\n2012/1/1 1:00:00,5\n", "not daily"),
    (",横浜\n,気温(℃)\n2012/1/1 1:00:00,5\n2012/1/1 2:00:00,5\n", "not daily"),
    (",,,,横浜\n年,月,日,時,気温(℃)\n2012,1,1,1,5\n", "not daily"),
    (",横浜\n年月,平均気温(℃)\n2012/1,5\n", "not daily"), (",横浜\n年月,平均気温(℃)\n2012年1月,5\n", "not daily"),
    (",,横浜\n年,月,平均気温(℃)\n2012,1,5\n", "not daily"), (",横浜\n年,平均気温(℃)\n2012,5\n", "not daily"),
    (",横浜\n年月日,平均気温(℃)\n2012/1/1,5\n2012/2/1,6\n2012/3/1,7\n", "30 days apart"),
    (",横浜\n,平均気温(℃)\n2012年1月上旬,5\n", "not daily"),
    (",,,横浜\n年,月,半旬,平均気温(℃)\n2012,1,1,5\n2012,1,2,5\n", "not daily"),
    ("集計開始,集計終了,横浜\n年月日,年月日,平均気温(℃)\n2012/1/1,2012/1/3,5\n", "not daily"),
    (",横浜\n年月日,平均気温(℃)\n2012/2/30,5\n", "no day 2012/2/30"),
    (",横浜\n年月日,平均気温(℃)\n2012/2/1,5\n2012/2/1,6\n", "2012/02/01.*twice"),
    (",横浜\n年月日,平均気温(℃)\n2012/2/1,5\n2月2日,6\n", "line 4"),
    (",横浜\n年月日,平均気温(℃)\n2012/2/1,5\n2012/2/2,abc\n", "Line 4.*abc"),
    (",横浜\n年月日,平均気温(℃)\n", "no table"), ("やあ\n", "no table"), (",,品質情報\n2012/1/1,4,8\n", "no name"),
    (b"", "empty"), (b"  \r\n", "empty"), (b"PK\x03\x04" + bytes(40), "Excel"),
    (b"\x89PNG\r\n\x1a\n\0\0", "not text"),
    (b"\xff\xfe\x00", "not text"), ("<!DOCTYPE html>\n<html>", "HTML"), (b'"2012', "no table"),
])
def test_files_that_are_refused(write, content, words):
    assert re.search(words, refusal(write(content)))


def test_no_file_and_folder(tmp_path):
    assert "no file" in refusal(tmp_path / "none.csv", FileNotFoundError)
    assert "folder" in refusal(tmp_path)


TOKENS = st.one_of(st.none(), st.integers(-400, 400).map(lambda tenths: tenths / 10))
CODES = st.one_of(st.none(), st.sampled_from(sorted(weather.QUALITY)).map(float))
STATIONS = ["横浜", "さいたま", "東京", "熊谷"]
ELEMENTS = ["平均気温(℃)", "平均風速(m/s)", "最高気温(℃)", "降水量の合計(mm)", "1時間降水量の最大(mm)", "平均湿度(％)"]
LABELS = {"現象なし情報": st.sampled_from([None, 0.0, 1.0]), "品質情報": CODES,
          "均質番号": st.sampled_from([None, 1.0, 2.0])}


@st.composite
def jma_files(draw):
    """(bytes of a file, {(station, element): DataFrame that it must be read as})."""
    stations = draw(st.lists(st.sampled_from(STATIONS), min_size=1, max_size=3, unique=True))
    elements = draw(st.lists(st.sampled_from(ELEMENTS), min_size=1, max_size=3, unique=True))
    labels = draw(st.lists(st.sampled_from(sorted(LABELS)), unique=True))
    days = pd.date_range(draw(st.dates(pd.Timestamp(1990, 1, 1).date(), pd.Timestamp(2030, 1, 1).date())),
                         periods=draw(st.integers(1, 8)), name="date")
    split = draw(st.booleans())
    dates = ["年", "月", "日"] if split else ["年月日"]
    header = [[""] * len(dates), dates, [""] * len(dates), [""] * len(dates)]
    rows = [f"{day.year}/{day.month}/{day.day}" for day in days]
    rows = [row.split("/") if split else [row] for row in rows]
    expected = {}

    def add(station, element, upper, lower, tokens):
        column = draw(st.lists(tokens, min_size=len(days), max_size=len(days)))
        for cells, cell in zip(header, (station, element, upper, lower), strict=True):
            cells.append(cell)
        for cells, cell in zip(rows, column, strict=True):
            cells.append("" if cell is None else str(cell))
        return [np.nan if cell is None else cell for cell in column]

    for station in stations:
        for element in elements:
            frame = pd.DataFrame({"value": add(station, element, "", "", TOKENS)}, index=days)
            read = {label: add(station, element, "", label, LABELS[label]) for label in labels}
            if draw(st.booleans()):
                add(station, element, "時分", "", st.sampled_from(["2012/1/1 10:20", None]))
                add(station, element, "時分", "品質情報", CODES)
            frame["quality"] = read.get("品質情報", np.nan)
            frame["homogeneity"] = read.get("均質番号", np.nan)
            expected[station, element] = frame
    header = [cells for cells in header if any(cells)]
    notes = ["", "ダウンロードした時刻：2020/01/08 15:54:33", "2020/01/08 15:54:33", "# note, 2 parts", ",,,"]
    before = draw(st.lists(st.sampled_from(notes)))
    after = draw(st.lists(st.sampled_from(["", ",,,,"])))
    rows = draw(st.permutations(rows))
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = end.join(before + [",".join(cells) for cells in header + rows] + after)
    encoding = draw(st.sampled_from(["cp932", "utf-8", "utf-8-sig"]))
    return text.encode(encoding), expected


@settings(deadline=None, max_examples=60)
@given(case=jma_files())
def test_any_layout_is_read_exactly(tmp_path_factory, case):
    content, expected = case
    path = tmp_path_factory.mktemp("jma") / "file.csv"
    path.write_bytes(content)
    alone = len({station for station, _ in expected}) == 1
    for (station, element), frame in expected.items():
        table = weather.read_jma(path, element.split("(")[0], None if alone else station)
        pd.testing.assert_frame_equal(table, frame.astype(float), check_freq=False, check_index_type=False)
        assert table.index.tolist() == frame.index.tolist()


@settings(deadline=None, max_examples=100)
@given(start=st.integers(0, 200), stop=st.integers(0, 200), junk=st.binary(max_size=20))
def test_damage_is_read_or_refused(tmp_path_factory, start, stop, junk):
    content = REAL_LAYOUT.encode("cp932")
    path = tmp_path_factory.mktemp("jma") / "damaged.csv"
    path.write_bytes(content[:start] + junk + content[stop:])
    try:
        table = weather.read_jma(path)
    except ValueError as error:
        assert "damaged.csv" in str(error)
    else:
        assert table.index.is_monotonic_increasing and len(table.columns) == 3


def test_sample_says_that_it_is_synthetic():
    series = weather.load_weather()
    assert series.name == "value" and series.index.name == "date" and series.dtype == float
    pd.testing.assert_index_equal(series.index, pd.date_range("2012-01-01", "2017-12-31", name="date"),
                                  exact="equiv", check_names=True)
    assert "SYNTHETIC" in series.attrs["source"]
    assert series.isna().sum() == 2 and series["2017"].notna().all()
    raw = paths.shipped("data", "weather_sample.csv").read_bytes()
    assert "合成データ" in raw.decode("cp932").splitlines()[0] and b"\r\n" in raw
    table = weather.read_jma(paths.shipped("data", "weather_sample.csv"))
    assert table["homogeneity"].unique().tolist() == [1, 2] and set(table["quality"]) <= set(weather.QUALITY)


def test_sample_has_the_climate_of_yokohama_and_its_events():
    series, events = weather.load_weather(), weather.sample_events()
    normal = pd.Series(make_weather_sample.daily_normal(series.index), index=series.index)
    assert np.allclose(normal.groupby(series.index.month).mean(), make_weather_sample.NORMALS, atol=0.1)
    ordinary = (series - normal)[:"2016"]
    assert abs(ordinary.mean()) < 0.3 and 0.5 < ordinary.autocorr() < 0.75 and 2 < ordinary.std() < 3
    assert (events["start"].dt.year == 2017).all() and set(events["kind"]) == {"spike", "wave", "stuck"}
    for event in events[events["kind"] == "stuck"].itertuples():
        assert series[event.start:event.end].nunique() == 1
    for event in events[events["kind"] != "stuck"].itertuples():
        assert np.sign((series - normal)[event.start:event.end].mean()) == np.sign(event.size)


def test_sample_is_what_its_tool_makes():
    text = paths.shipped("data", "weather_sample.csv").read_bytes().decode("cp932")
    assert text == make_weather_sample.jma_text(make_weather_sample.make_series())
    pd.testing.assert_frame_equal(weather.sample_events(), make_weather_sample.events_table(), check_dtype=False)


def test_load_weather_of_a_named_file(write):
    series = weather.load_weather(write(codecs.BOM_UTF8 + REAL_LAYOUT.encode()))
    np.testing.assert_array_equal(series, [4.2, np.nan, 5.2])
    assert "jma.csv" in series.attrs["source"] and "SYNTHETIC" not in series.attrs["source"]


def test_station_that_measures_rain_only(write):
    path = write(",海老名,海老名\n年月日,平均気温(℃),平均気温(℃)\n,,品質情報\n2012/1/1,,0\n")
    assert weather.read_jma(path)["quality"].tolist() == [0]
    with pytest.raises(ValueError, match="rain only"):
        weather.load_weather(path)


def test_file_saved_again_as_unicode_text(write):
    path = write(REAL_LAYOUT.replace(",", "\t").encode("utf-16"))
    assert weather.read_jma(path)["value"].iloc[0] == 4.2


@pytest.fixture
def real_file(real_data):
    """Give the JMA file of the real data whose name starts so, else skip."""
    def find(start):
        for path in (real_data / "jma").glob(f"{start}*.csv"):
            return path
        pytest.skip(f"the real data have no JMA file named {start}*.csv")
    return find


def test_real_file_with_a_blank_and_a_change_of_homogeneity(real_file):
    table = weather.read_jma(real_file("nerima"))
    assert len(table) == 2192 and table["value"].isna().sum() == 1
    assert table.loc["2013-01-14", "quality"] == 1
    assert table["homogeneity"].diff().loc["2012-12-26"] == 1


def test_real_file_of_several_stations(real_file):
    path = real_file("saitama")
    assert "熊谷" in refusal(path)
    first = [weather.read_jma(path, station=s)["value"].iloc[0] for s in ("所沢", "さいたま", "越谷", "熊谷")]
    assert first == [5.4, 6.2, 6.0, 6.5]


def test_real_file_of_twenty_elements(real_file):
    path = real_file("tokyo")
    first = {name: weather.read_jma(path, name).iloc[0].tolist()
             for name in ("平均気温", "最高気温", "降水量の合計", "10分間降水量の最大", "平均湿度")}
    assert first == {"平均気温": [15.2, 8, 1], "最高気温": [16.2, 8, 1], "降水量の合計": [61, 8, 1],
                     "10分間降水量の最大": [5.5, 8, 1], "平均湿度": [92, 8, 1]}
    assert "北北西" in refusal(path, element="最多風向")
