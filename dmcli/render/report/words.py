"""What stands in a report beside its figures, in English and Chinese: the words are those of the vendor's console."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Name: English, Chinese.
_WORDS = {
    "title": ("Mail report", "邮件报告"),
    "range": ("{since} to {until}, days as the service counts them (UTC+8)", "{since} 至 {until}，按服务日历（UTC+8）"),
    "made": ("made {made}", "生成于 {made}"),
    "region": ("region {region}", "地域 {region}"),
    "nothing": ("No mail was sent in these days.", "这段时间没有发送邮件。"),
    "requests": ("Sent", "请求数量"),
    "delivered": ("Delivered", "成功数量"),
    "failed": ("Failed or spam", "失败或垃圾邮件"),
    "invalid": ("Invalid address", "无效地址数量"),
    "invalid_only": ("Invalid address", "无效地址"),
    "spam": ("Spam", "垃圾邮件"),
    "failed_only": ("Failed", "失败"),
    "delivered_rate": ("Delivered %", "成功率"),
    "invalid_rate": ("Invalid %", "无效率"),
    "opens": ("Opens", "打开数"),
    "unique_opens": ("Unique opens", "独立打开数"),
    "clicks": ("Clicks", "点击数"),
    "unique_clicks": ("Unique clicks", "独立点击数"),
    "by_day": ("Mails a day", "每日邮件"),
    "looks_by_day": ("Opens and clicks a day", "每日打开与点击"),
    "day": ("Day", "日期"),
    "failures": ("Why mails failed", "失败原因"),
    "outcome": ("Outcome", "结果"),
    "message": ("What the recipient's server said", "收件方服务器的回复"),
    "mails": ("Mails", "邮件数"),
    "domains": ("Recipient domains with most failures", "失败最多的收件域名"),
    "domain": ("Domain", "域名"),
    "addresses": ("Invalid addresses", "无效地址"),
    "found": ("{count} newly found in these days; the latest:", "这段时间新发现 {count} 个，最近的是："),
    "none_found": ("No new one was found in these days.", "这段时间没有新发现的无效地址。"),
    "quota": ("Quota", "额度"),
    "day_quota": ("Mails a day", "日额度"),
    "month_quota": ("Mails a month", "月额度"),
    "level": ("Level", "信誉等级"),
    "busiest": ("The busiest day took {share} of the day's quota ({mails} mails on {day}).",
                "最忙的一天用了日额度的 {share}（{day}，{mails} 封）。"),
    "senders": ("Senders", "发信地址"),
    "tags": ("Tags", "邮件标签"),
    "name": ("Name", "名称"),
    "notes": ("Not in this report", "本报告未包含"),
    "table": ("the figures", "数据表"),
    "chart": ("a chart; the table below it has the figures", "图表；数据见下方表格"),
    "note_kept_since": ("Failures, opens and invalid addresses before {day}: the service keeps them no longer.",
                        "{day} 之前的失败、打开、点击和无效地址：服务不再保留。"),
    "note_most_failures": ("More than {count:,} mails with the outcome {outcome}.",
                           "结果为 {outcome} 的邮件超过 {count:,} 封的部分。"),
    "note_compared": ("{what}: {compared} of {count} are compared.",
                      "{what}：共 {count} 个，只比较其中 {compared} 个。"),
    "note_not_allowed": ("{what}: these keys may not list them.", "{what}：当前密钥无权查询。"),
    "made_by": ("made by dm", "由 dm 生成"),
}  # fmt: skip
_NAMES = {
    "failed": "failed_only",
    "invalid": "invalid_only",
}  # where an outcome's word is another than that of the sum over several
_LANGUAGES = ("en", "zh")


def note_in_words(note: Mapping[str, Any], word: Mapping[str, str]) -> str:
    """What a note of a report says."""
    said = {name: word.get(_NAMES.get(value, value), value) if isinstance(value, str) else value
            for name, value in note.items()}  # fmt: skip
    return word[f"note_{note['note']}"].format_map(said)


def outcome_in_words(outcome: str, word: Mapping[str, str]) -> str:
    """An outcome in words; one that is not known as it is."""
    return word.get(_NAMES.get(outcome, outcome), outcome)


def words(lang: str) -> dict[str, str]:
    """The words of a report in a language, by name."""
    at = _LANGUAGES.index(lang)
    return {name: pair[at] for name, pair in _WORDS.items()}
