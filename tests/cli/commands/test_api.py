"""`dm api` without a call: the list of all actions, and the parameters of one."""

from __future__ import annotations

from dmcli.api import catalogue
from dmcli.api.actions.others import FORMER, LACKING, OTHERS


def test_the_list_has_every_action_once(bare):
    rows = bare("api --list -o json").json["actions"]
    names = [row["action"] for row in rows]
    assert names == [*(action.name for action in catalogue.all_actions()), *OTHERS]
    assert len(set(names)) == len(names) == 83 + 4 + 19
    single, former = rows[0], rows[-1]
    assert (single["command"], single["area"], single["effect"]) == ("dm send single", "send", "SEND")
    assert (former["command"], former["area"], former["effect"]) == ("", FORMER, "SEND")
    assert single["summary"] == "Send one mail to up to 100 addresses."


def test_the_list_of_an_area(bare):
    table = bare("api --list --area config-set", tty=True).out
    assert "ConfigSetDetail" in table
    assert "Link a sender" in table
    assert "DescDomain" not in table
    assert [row["action"] for row in bare("api --area 2017-06-22 -o json").json["actions"]] == list(LACKING)
    refused = bare("api --list --area tags", code=2).err
    assert "'tags' is no area; they are send, domain, " in refused
    assert "--list and --area go without an action" in bare("api CreateTag --list", code=2).err
    assert "dm api --list" in bare("api", code=2).err


def test_an_action_alone_that_needs_parameters_shows_them_and_is_not_called(box):
    shown = box("api ModifyTag", code=2)
    assert shown.err == "dm: ModifyTag needs TagId, TagName; nothing was sent\n"
    name, required, kind, limits, default, option, told = shown.out.splitlines()[1].split("\t")
    assert (name, required, kind, limits, default, option) == ("TagId", "yes", "TAG", "its id", "", "TAG")
    assert told
    assert box("sandbox calls list -o json").json["calls"] == []
    assert "MissingTagId" in box("api ModifyTag TagName=x", code=1).err  # with a value it is called as typed
    assert '"TagId"' not in box("api ModifyTag --dry-run").out


def test_an_action_that_needs_nothing_is_called_unless_its_parameters_are_asked_for(box):
    assert "RequestId" in box("api DescAccountSummary").json
    told = box("api QueryTagByParam --params -o json").json
    assert told["effect"] == "READ"
    assert told["commands"] == ["dm tag list", "dm tag show"]
    assert told["paging"] == ["PageNo", "PageSize"]
    assert [param["name"] for param in told["params"]] == ["KeyWord", "PageNo", "PageSize"]
    assert "is no action that is known" in box("api NoSuchAction --params", code=2).err


def test_every_action_can_be_told_of(bare):
    for action in (*catalogue.all_actions(), *OTHERS.values()):
        told = bare("api {} --params -o json", action.name).json
        assert [param["name"] for param in told["params"]] == [param.name for param in action.params]
        assert [param["required"] for param in told["params"]] == [param.required for param in action.params]
        assert all(param["kind"] for param in told["params"])
        visible = {param.name for param in action.params if not param.hidden}
        if len(action.paths) == 1 and not action.called_by:
            assert {param["name"] for param in told["params"] if param["option"]} == visible, action.name


def test_limits_options_and_costs_are_told(bare):
    rows = {row["name"]: row for row in bare("api SingleSendMail --params -o json").json["params"]}
    assert rows["AddressType"]["limits"] == "1 (account), 0 (random)"
    assert rows["ReplyToAddress"]["limits"] == "true, false"
    assert rows["Subject"]["limits"] == "at most 256 characters; some of the service's pages: at most 100 characters"
    assert rows["Attachments"]["option"] == "--attachment"
    assert rows["ToAddress"]["option"] == "--to"
    shown = bare("api ValidateEmail --params", tty=True).out
    assert "Costs" in shown
    assert "dm validate email" in shown


def test_what_only_the_other_version_has_is_sent_as_that(box):
    assert box("api GetAccountList --dry-run").json["version"] == "2017-06-22"
    assert "SandboxNotImplemented" in box("api SingleSendMailV2 Subject=s", code=1).err
    assert "InvalidAction.NotFound" in box("api CreateSign", code=1).err


def test_it_is_told_in_chinese(bare):
    shown = bare("api CreateTag --params --lang zh", tty=True).out
    for said in ("创建邮件标签。", "最多 128 个字符", "必填", "作用"):
        assert said in shown
    assert "'tags' 不是领域" in bare("api --area tags --lang zh", code=2).err
