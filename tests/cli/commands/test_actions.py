"""Every action typed at a shell, in the process and over HTTP: what is created is listed, shown, changed, deleted."""

from __future__ import annotations

import json

STRONG = "Secret123Pass"


def test_single_mail_is_accepted_and_kept(dm):
    sent = dm(
        "send single --to you@example.com --subject '您好 & welcome' --html '<p>您好</p>' --text hello -o json",
    )
    assert set(sent.json) >= {"EnvId", "RequestId"}
    assert "[sandbox] nothing left this machine" in sent.err
    mail = dm("sandbox mail list -o json").json["mails"]
    assert [(m["recipient"], m["subject"]) for m in mail] == [("you@example.com", "您好 & welcome")]
    shown = dm("sandbox mail show {} -o json", mail[0]["id"]).json
    assert shown["html"] == "<p>您好</p>"
    assert shown["text"] == "hello"


def test_every_option_of_a_single_mail(dm):
    dm(
        "send single --from '小红 <noreply@sandbox.test>' --to a@example.com,b@example.com "
        "--to c@example.com --bcc d@example.com --subject s --text t --tag welcome --track "
        "--reply-to r@example.com --reply-alias R --headers {} --address-type account "
        "--attachment a.pdf=https://example.com/a.pdf --unsubscribe-link disabled",
        '{"X-User-A": "1"}',
    )
    mail = dm("sandbox mail list -o json").json["mails"]
    assert {m["recipient"] for m in mail} == {f"{name}@example.com" for name in "abcd"}
    shown = dm("sandbox mail show {} -o json", mail[0]["id"]).json
    assert shown["alias"] == "小红"
    assert shown["reply_to"] == "r@example.com"
    assert "a.pdf" in json.dumps(shown["attachments"])


def test_batch_expands_a_list_through_a_template(dm):
    dm("receiver create team --description us")
    dm(
        "receiver add team --detail {}",
        '[{"e": "ann@example.com", "u": "Ann"}, {"e": "bob@example.com", "u": "Bob"}]',
    )
    dm("template create hello --subject 'Hi {UserName}' --html '<p>{UserName} {EAddr}</p>'")
    dm("send batch --from news@sandbox.test --list team --template hello --tag welcome --yes")
    mail = dm("sandbox mail list -o json").json["mails"]
    assert {(m["recipient"], m["subject"]) for m in mail} == {
        ("ann@example.com", "Hi Ann"),
        ("bob@example.com", "Hi Bob"),
    }
    tasks = dm("task list -o json").json["data"]["task"]
    assert [(t["ReceiversName"], t["TemplateName"], str(t["RequestCount"])) for t in tasks] == [("team", "hello", "2")]


def test_batch_to_members_of_whom_only_the_address_is_known(dm):
    dm("receiver create plain")
    dm("receiver add plain ann@example.com")
    dm("send batch --from news@sandbox.test --list plain --template newsletter --yes")
    assert dm("sandbox mail list -o json").json["mails"][0]["subject"] == "News for "


def test_batch_takes_the_id_of_a_list(dm):
    list_id = dm("receiver show customers -o json").json["ReceiverId"]
    dm("send batch --from news@sandbox.test --list {} --template newsletter --yes", list_id)
    assert len(dm("sandbox mail list -o json").json["mails"]) == 3


def test_account_summary_counts_what_there_is(dm):
    before = dm("account show -o json").json
    dm("tag create spring")
    after = dm("account show -o json").json
    assert after["Tags"] == before["Tags"] + 1
    dm("send single --to a@example.com --subject s --text t")
    usage = dm("account show -o json").json["usage"]
    assert (usage["day_used"], usage["day_left"], usage["day_source"]) == (1, 1999, "statistics")
    assert (usage["month_used"], usage["month_left"], usage["month_source"]) == (1, 59999, "statistics")
    raw = dm("account show -o json --raw").json
    assert raw.keys() == after.keys() - {"usage", "profile", "region"}


def test_account_panel_is_understood_at_a_glance(dm):
    dm("send single --to a@example.com,b@example.com --subject s --text t")
    panel = dm("account show -o table").out
    for text in ("2,000", "1,998", "60,000", "59,998", "normal"):
        assert text in panel
    assert max(map(len, panel.splitlines())) <= 80


def test_domain_from_creation_to_deletion(dm):
    made = dm("domain create mail.example.com -o json").json
    listed = dm("domain list -o json").json["data"]["domain"]
    assert {d["DomainName"] for d in listed} == {"sandbox.test", "mail.example.com"}
    shown = dm("domain show mail.example.com -o json").json
    assert str(shown["DomainId"]) == str(made["DomainId"])
    assert str(shown["DomainStatus"]) == "1"
    checked = dm("domain check mail.example.com -o json").json
    assert [(c["domain"], c["status"], c["verified"]) for c in checked] == [("mail.example.com", 0, True)]
    assert set(checked[0]["checks"]) == {"spf", "mx", "cname", "dkim", "dmarc", "icp"}
    dm("domain set-password mail.example.com --password-stdin", stdin=f"{STRONG}\n")
    same = dm("domain set-password mail.example.com --password-stdin", stdin=f"{STRONG}\n", code=1)
    assert "InvalidDomainPassword.equalcurrent" in same.err
    dm("domain delete {} --yes", made["DomainId"])
    assert "nearest" not in dm("domain show mail.example.com", code=10).err


def test_domain_that_does_not_verify_is_exit_5(dm):
    dm("domain create fail.example.com")
    result = dm("domain check fail.example.com -o json", code=5)
    assert [(c["status"], c["verified"]) for c in result.json] == [(None, False)]
    waited = dm("domain check fail.example.com --wait --timeout 0s --interval 1s", code=5)
    assert waited.err.endswith(" domain publish fail.example.com\n")


def test_domain_without_icp_passes_unless_strict(dm):
    dm("domain create icp.example.com")
    passed = dm("domain check icp.example.com -o json")
    assert passed.json[0]["status"] == 3
    assert "warning" in passed.err
    dm("domain check icp.example.com --strict", code=5)


def test_sender_address_from_creation_to_deletion(dm):
    made = dm("address create shop@sandbox.test --type trigger --reply-to r@example.com -o json").json
    shown = dm("address show shop@sandbox.test -o json").json
    assert str(shown["MailAddressId"]) == str(made["MailAddressId"])
    assert str(shown["ReplyStatus"]) == "1"
    dm("address update shop@sandbox.test --reply-to new@example.com")
    assert dm("address show shop@sandbox.test -o json").json["ReplyAddress"] == "new@example.com"
    dm("address verify-reply shop@sandbox.test")
    mail = dm("sandbox mail list --to new@example.com -o json").json["mails"]
    body = dm("sandbox mail show {} -o json", mail[0]["id"]).json["text"]
    ticket = body.split("/_dm/confirm/")[1].split()[0]
    dm("address approve-reply {}", ticket)
    assert str(dm("address show shop@sandbox.test -o json").json["ReplyStatus"]) == "0"
    assert "InvalidTicket.Malformed" in dm("address approve-reply {}", ticket, code=1).err
    dm("address set-password shop@sandbox.test --password-stdin", stdin=STRONG)
    dm("address set-callback shop@sandbox.test http://127.0.0.1:9/hook")
    listed = dm("address list --type trigger -o json").json["data"]["mailAddress"]
    assert {a["AccountName"] for a in listed} == {"noreply@sandbox.test", "shop@sandbox.test"}
    dm("address delete shop@sandbox.test -y")
    dm("address show shop@sandbox.test", code=10)


def test_recipient_list_from_creation_to_deletion(dm, tmp_path):
    dm("receiver create vip")
    file = tmp_path / "addresses.txt"
    file.write_text("a@example.com\nb@example.com\n\nc@example.com\n", encoding="utf-8")
    assert dm("receiver add vip @{} d@example.com -o json", file).json["added"] == 4
    twice = dm("receiver add vip a@example.com e@example.com -o json", code=7)
    assert (twice.json["added"], twice.json["rejected"]) == (1, 1)
    members = dm("receiver members vip -o json").json["data"]["detail"]
    assert {m["Email"] for m in members} == {f"{name}@example.com" for name in "abcde"}
    dm("receiver remove vip a@example.com --yes")
    assert "a@example.com" not in dm("receiver members vip").out
    shown = dm("receiver show vip -o json").json
    assert str(shown["Count"]) == "4"
    dm("receiver delete vip --yes")
    assert {r["ReceiversName"] for r in dm("receiver list -o json").json["data"]["receiver"]} == {"customers"}


def test_members_are_added_in_pieces_and_listed_over_pages(dm):
    dm("receiver create many")
    addresses = "\n".join(f"u{n}@example.com" for n in range(1201))
    assert dm("receiver add many @- -o json", stdin=addresses).json["added"] == 1201
    rows = dm("receiver members many --all -o ndjson").out.splitlines()
    assert {json.loads(row)["Email"] for row in rows} == set(addresses.split())
    some = dm("receiver members many --limit 7 --page-size 3 -o ndjson")
    assert len(some.out.splitlines()) == 7
    assert "there are more" in some.err


def test_tag_from_creation_to_deletion(dm):
    dm("tag create spring --description first")
    dm("tag update spring --name summer")
    shown = dm("tag show summer -o json").json
    assert shown["TagDescription"] == "first"
    dm("tag update summer --description second")
    assert dm("tag show {} -o json", shown["TagId"]).json["TagName"] == "summer"
    dm("tag delete summer --yes")
    assert "did you mean" not in dm("tag show summer", code=10).out


def test_template_from_creation_to_deletion(dm):
    dm("template create t1 --subject S --html '<p>{UserName}</p>' --alias Shop")
    dm("template update t1 --subject S2")
    shown = dm("template show t1 -o json").json
    assert (shown["TemplateSubject"], shown["TemplateText"]) == ("S2", "<p>{UserName}</p>")
    dm("template delete t1 --yes")
    assert "t1" not in dm("template list").out


def test_statistics_are_computed_from_what_was_sent(dm):
    for who in ("a", "invalid", "spam", "fail"):
        dm("send single --to {}@example.com --subject {} --text t --tag welcome", who, f"to {who}")
    totals = dm("stats totals -o json").json["data"]["stat"]
    assert [
        (str(t["requestCount"]), str(t["successCount"]), str(t["faildCount"]), str(t["unavailableCount"]))
        for t in totals
    ] == [("4", "1", "2", "1")]
    details = dm("stats details --status invalid -o json").json["data"]["mailDetail"]
    assert [(d["ToAddress"], d["Status"]) for d in details] == [("invalid@example.com", 2)]
    assert len(dm("stats details --tag welcome -o ndjson").out.splitlines()) == 4
    invalid = dm("stats invalid -o json").json["data"]["mailDetail"]
    assert [i["ToAddress"] for i in invalid] == ["invalid@example.com"]
    again = dm("send single --to invalid@example.com --subject s --text t", code=1)
    assert "InvalidToAddress.Spam" in again.err


def test_tracking_chooses_its_action(dm):
    dm("send single --to a@example.com --subject s --text t --tag welcome --track")
    wide = dm("stats tracking -o json").json
    assert str(wide["data"]["stat"][0]["TotalNumber"]) == "1"
    narrow = dm("stats tracking --from noreply@sandbox.test --tag welcome -o json").json
    assert str(narrow["TrackList"]["Stat"][0]["TotalNumber"]) == "1"
    assert "--from" in dm("stats tracking --tag welcome", code=2).err


def test_usage_of_a_sender(dm):
    dm("send single --to a@example.com --subject s --text t")
    found = dm("stats sender noreply@sandbox.test -o json").json["data"]
    assert (found["mailfrom"], int(found["dailyReqCount"])) == ("noreply@sandbox.test", 1)
    assert "noreply@sandbox.test" in dm("stats sender noreply@sandbox.test -o table").out


def test_quota_counts_down_to_a_refusal(dm):
    dm("sandbox quota --daily 2")
    dm("send single --to a@example.com,b@example.com --subject s --text t")
    over = dm("send single --to c@example.com --subject s --text t", code=1)
    assert "InvalidSendMail.Spam" in over.err
    dm("sandbox reset --yes")
    dm("send single --to c@example.com --subject s --text t")


def test_any_action_by_its_name(dm):
    assert dm("api QueryTagByParam PageNo=1").json["data"]["tag"]
    assert "<QueryTagByParamResponse>" in dm("api QueryTagByParam --format xml").out
    assert "InvalidAction.NotFound" in dm("api NoSuchAction", code=1).err
    for line, code in (("api SingleSendMial", 1), ("api SingleSendMial --params", 2)):
        assert "; did you mean 'SingleSendMail'?" in dm(line, code=code).err
    assert "InvalidTag.NotFound" in dm("api DeleteTag TagId=999999", code=10).err
    assert "MissingAccountName" in dm("api SingleSendMail AddressType=1 --format xml", code=1).err


def test_both_spellings_of_the_reference(dm):
    for action in ("UpdateMailAddressMsgCallBackUrl", "UpdateMailAddressMsgCallbackUrl"):
        assert "RequestId" in dm("api {} MailFrom=noreply@sandbox.test NotifyUrl=http://127.0.0.1/", action).json
    for name in ("KeyWord", "Keyword"):
        assert len(dm("api QueryTagByParam {}=nothing", name).json["data"]["tag"]) == 0
    address = dm("address show noreply@sandbox.test -o json").json["MailAddressId"]
    dm("address update {} --reply-to r@example.com", address)
    for name in ("MailAddressId", "MailAddressesId"):
        assert "RequestId" in dm("api CheckReplyToMailAddress {}={}", name, address).json
