"""What values, rules, settings, keys, files and click say in Chinese, with the same values, rules and remedies."""

from __future__ import annotations

REFUSED = [
    ("send single --from x --to y --subject s", "--from：'x' 没有 @；邮件地址应形如 name@example.com"),
    ("send single --from a@b.cn --to a,b@c --subject s", "第 1 个地址: 'a' 没有 @；"),
    ("domain create https://a.b/c", "'https://a.b/c' 是 URL；只给出域名：a.b"),
    ("domain create {}".format("a" * 60 + ".cn"), "不是域名：它有 63 个字符；给出 1 至 50 个字母、数字、点和连字符"),
    ("domain create a。cn", "'a。cn' 带有 '。'"),
    ("stats totals --since tomorrow", "'tomorrow' 不是 2026-01-31、today、yesterday、7d 或 2h 这样的日期"),
    ("stats totals --since today --until 5d", "--until 早于 --since：对调两者"),
    ("stats details --from a@b.cn --tag x", "--from 和 --tag 不能同时使用：只给出其中一个"),
    ("stats tracking --tag a", "--tag 还需要 --from"),
    ("address create a@b.cn --type foo", "'foo' 须为以下之一：batch、trigger"),
    ("send single --from a@b.cn --to a@b.cn --subject s --text t --headers [", "不是 JSON 对象："),
    ("tag list --limit x", "'--limit'：'x' 不是整数"),
    ("tag list --limit 0", "'--limit'：0 不在范围 x>=1 内"),
    ("tag list --limit 1 --all", "--all 和 --limit 不能同时使用；只用其中一个"),
    ("address create", "缺少参数 'EMAIL'"),
    ("address create a@b.cn", "缺少选项 '--type'"),
    ("tag create a b", "多余的参数（b）"),
    ("tag list --nosuch", "没有选项 '--nosuch'"),
    ("tag list --keywrd x", "没有选项 '--keywrd'；是否指 --keyword？"),
    ("--region mars tag list", "--region：未知地域 'mars'；邮件推送的地域有 cn-hangzhou、"),
    ("--endpoint 'x y' tag list", "--endpoint：'x y' 不是接入点；给出 http 或 https、主机"),
]


def test_what_is_wrong_with_a_value_is_said_in_chinese(bare):
    bare.always = ["--lang", "zh"]
    for line, said in REFUSED:
        error = bare(line, code=2).err
        assert said in error, line


def test_files_and_keys_speak_chinese(bare, tmp_path):
    bare.always = ["--lang", "zh"]
    assert "未找到密钥；用 'dm config init' 创建配置，" in bare("tag list", code=3).err
    config = tmp_path / ".config/dm/config.yaml"
    config.parent.mkdir(parents=True)
    config.write_text("profiles:\n  shop:\n    regoin: cn-hangzhou\n")
    error = bare("tag list -p shop", code=3).err
    assert f"{config} 第 3 行：配置 'shop' 中有未知的键 'regoin'；是否指 'region'？" in error
    config.write_text("profiles:\n  shop:\n    access_key_id: x\n    access_key_secret: y\n    endpoint: 127.0.0.1:1\n")
    config.chmod(0o604)
    assert (
        f"含有密钥，且对本机所有用户开放（权限 0604）；运行：chmod 600 {config}" in bare("tag list -p shop", code=3).err
    )
    config.chmod(0o600)
    error = bare("domain create mail.cn -p shop", code=4).err
    assert "无法连接 127.0.0.1:1：" in error
    assert "（已尝试 3 次）；没有执行任何操作，可以放心重新运行" in error


def test_what_was_done_is_said_in_chinese_and_results_stay_what_they_are(box):
    assert "已创建邮件标签 greeting\n[沙箱] 没有任何内容离开本机\n" in box("tag create greeting --lang zh").err
    help_text = box("stats details --help --lang zh").out
    assert "列出每封邮件的投递结果，每个收件人一行。" in help_text
    assert "7d 或 2h。" in help_text
    assert "默认：7d。" in help_text
    listing = "domain list -o json --query data"
    assert box(f"{listing} --lang zh").out == box(listing).out


def test_a_command_made_in_one_language_is_shown_in_another(box):
    for language, said in (("en", "Default: 7d."), ("zh", "默认：7d。"), ("en", "Default: 7d.")):
        assert said in box("stats totals --help --lang {}", language).out
