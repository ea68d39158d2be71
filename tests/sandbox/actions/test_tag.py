"""Tags."""

from __future__ import annotations

import pytest


def names(cloud, **params) -> list[str]:
    return [row["TagName"] for row in cloud.ok("QueryTagByParam", **params)["data"]["tag"]]


def test_a_tag_is_made_listed_changed_and_deleted(cloud):
    tag = cloud.ok("CreateTag", TagName="spring", TagDescription="春")["TagId"]
    rows = cloud.ok("QueryTagByParam")["data"]["tag"]
    assert rows[-1] == {"TagId": tag, "TagName": "spring", "TagDescription": "春"}
    cloud.ok("ModifyTag", TagId=tag, TagName="summer")
    assert cloud.ok("QueryTagByParam", KeyWord="SUMM")["data"]["tag"] == [
        {"TagId": tag, "TagName": "summer", "TagDescription": "春"}
    ]
    cloud.ok("DeleteTag", TagId=tag)
    assert names(cloud) == ["welcome"]


def test_a_name_is_taken_once(cloud):
    tag = cloud.ok("CreateTag", TagName="b")["TagId"]
    assert cloud.refused("CreateTag", TagName="b") == (400, "InvalidTagName.Duplicate")
    assert cloud.refused("ModifyTag", TagId=tag, TagName="welcome") == (400, "InvalidTagName.Duplicate")
    cloud.ok("ModifyTag", TagId=tag, TagName="b", TagDescription="itself")


@pytest.mark.parametrize("action", ["DeleteTag", "ModifyTag"])
def test_an_unknown_tag_is_not_found(cloud, action):
    assert cloud.refused(action, TagId="99", TagName="x") == (404, "InvalidTag.NotFound")


def test_five_hundred_tags_are_all(cloud):
    cloud.sql(
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 498) "
        "INSERT INTO tag (name) SELECT 't' || i FROM n"
    )
    cloud.ok("CreateTag", TagName="last")
    assert cloud.refused("CreateTag", TagName="more") == (400, "InvalidTagNumber.Malformed")


def test_pages_join_to_the_whole(cloud):
    for number in range(24):
        cloud.ok("CreateTag", TagName=f"t{number:02}")
    first = cloud.ok("QueryTagByParam")
    assert (first["TotalCount"], first["PageNumber"], first["PageSize"]) == (25, 1, 10)
    pages = [names(cloud, PageNo=str(page)) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [10, 10, 5, 0]
    assert [name for page in pages for name in page] == names(cloud, PageSize="1000")
    assert names(cloud, PageNo="9223372036854775807", PageSize="9223372036854775807") == []


def test_a_keyword_is_plain_text_under_either_spelling(cloud):
    cloud.ok("CreateTag", TagName="a_b")
    cloud.ok("CreateTag", TagName="axb")
    assert names(cloud, KeyWord="A_B") == ["a_b"]
    assert names(cloud, Keyword="a_b") == ["a_b"]
    assert names(cloud, KeyWord="%") == []


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"PageNo": "0"}, "InvalidPageNo.Malformed"),
        ({"PageSize": "x"}, "InvalidPageSize.Malformed"),
        ({"KeyWord": "x" * 51}, "InvalidKeyWord.Malformed"),
    ],
)
def test_what_the_catalogue_does_not_allow_is_refused(cloud, params, code):
    assert cloud.refused("QueryTagByParam", **params) == (400, code)


def test_a_missing_parameter_is_named(cloud):
    assert cloud.refused("CreateTag") == (400, "MissingTagName")
    assert cloud.refused("CreateTag", TagName="") == (400, "MissingTagName")
    assert b"TagName is mandatory for this action." in cloud.reply("CreateTag").body
