"""Names: what the report calls the columns, the states of a hand-in and the reasons of a look-alike, in both languages."""

from aecourse.words import Words

COLUMNS = {  # the head of a table: other columns go by their own name, such as 5.1
    "picture": Words("picture", "画像"), "digits": Words("ten digits", "10個の数字"),
    "notebook": Words("notebook", "ノートブック")}
PARTS = {    # the title of a part on a page: other parts are exercises
    "picture": Words("Your picture", "自分の数字の画像"), "digits": Words("Your ten digits", "10個の数字"),
    "notebook": Words("Your notebook", "ノートブック"),
    "hand": Words("Question “hand”: your hand in the ten digits", "問い「hand」：10個の数字に現れた筆跡"),
    "label": Words("Question “label”: the wrong label of smallest cost", "問い「label」：コストが最小だった誤りのラベル"),
    "limits": Words("Question “limits”: what 16 numbers cannot hold", "問い「limits」：16個の数では表せないもの")}
STATES = {
    "graded": Words("graded", "採点済み"), "artefacts only": Words("artefacts only", "実行せずに採点"),
    "not run": Words("no notebook to run", "ノートブックなし"), "unreadable": Words("unreadable", "読み取り不可"),
    "nothing handed in": Words("nothing handed in", "未提出")}
REASONS = {
    "same file": Words("same file", "同じファイル"), "picture": Words("picture", "画像"), "style": Words("style", "筆跡"),
    "answer": Words("answer", "記述"), "code": Words("code", "コード")}


def column_name(column: str) -> Words:
    """Return the name of a column of the class's table.

    >>> column_name("digits")["en"], column_name("5.1")["ja"]
    ('ten digits', '5.1')
    """
    return COLUMNS.get(column, Words(column, column))


def part_name(column: str) -> Words:
    """Return the title of a part of a hand-in.

    >>> part_name("5.1")["ja"]
    '演習 5.1'
    """
    return PARTS.get(column, Words(f"Exercise {column}", f"演習 {column}"))
