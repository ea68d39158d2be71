"""How other programs find the sandbox: variables under the vendor's names, and snippets that use it as it stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from dmcli.api.regions import DEFAULT_REGION, SANDBOX_KEY_ID, SANDBOX_KEY_SECRET

if TYPE_CHECKING:
    from collections.abc import Mapping

PORT = 8555  # on 127.0.0.1, unless another is asked for

# What could lead a program past the sandbox: keys and profiles of an account, proxies that even 127.0.0.1 goes through.
_AWAY = re.compile(
    r"(?:ALIBABA_?CLOUD|ALICLOUD)_.*|DM_(?:PROFILE|ENDPOINT|CONFIG)|(?:ACCESS_KEY_(?:ID|SECRET)|SECURITY_TOKEN)|"
    r"(?:HTTPS?|ALL|FTP)_PROXY",
    re.IGNORECASE,
)


def variables(
    url: str, certificate: str = "", region: str = DEFAULT_REGION, doors: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The variables that make `dm` and the vendor's SDKs use the sandbox at a URL; `certificate` is a file to trust.

    `doors` are where else it answers, by name.
    """
    made = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": SANDBOX_KEY_ID,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": SANDBOX_KEY_SECRET,
        "ALIBABA_CLOUD_REGION_ID": region,
        "ALIBABA_CLOUD_ENDPOINT": url.partition("://")[2],
        "DM_PROFILE": "sandbox",
        "DM_ENDPOINT": url,
        "DM_SANDBOX_API": f"{url}/_dm/api",
    }
    made |= {f"DM_SANDBOX_{name.upper()}": where for name, where in (doors or {}).items()}
    return made | ({"DM_SANDBOX_CA": certificate} if certificate else {})


def unset(environ: Mapping[str, str]) -> list[str]:
    """The variables of an environment that must go, so that nothing goes anywhere else."""
    return sorted(name for name in environ if _AWAY.fullmatch(name))


def applied(environ: Mapping[str, str], made: Mapping[str, str]) -> dict[str, str]:
    """An environment in which everything goes to the sandbox that the variables mean."""
    away = set(unset(environ))
    return {name: value for name, value in environ.items() if name not in away} | dict(made)


def exports(environ: Mapping[str, str], made: Mapping[str, str], shell: str) -> str:
    """The lines that change a shell's environment so: `sh`, `fish` or `powershell`."""
    gone = [name for name in unset(environ) if name not in made]
    remove, put, quote = _SHELLS[shell]
    lines = [remove.format(name=name) for name in gone]
    lines += [put.format(name=name, value=value.replace("'", quote)) for name, value in made.items()]
    return "\n".join(lines) + "\n"


# How each removes a variable, sets one, and writes a quote within quotes.
_SHELLS = {
    "sh": ("unset {name}", "export {name}='{value}'", r"'\''"),
    "fish": ("set -e {name}", "set -gx {name} '{value}'", r"'\''"),
    "powershell": ("Remove-Item Env:{name}", "$Env:{name} = '{value}'", "''"),
}


def snippet(language: str, url: str, region: str = DEFAULT_REGION) -> str:
    """A program that sends a mail with the vendor's SDK, or asks for the newest one, ready to run."""
    host, _, port = url.partition("://")[2].rpartition(":")
    text = _SNIPPETS[language]
    for name, value in {
        "URL": url,
        "ENDPOINT": f"{host}:{port}",
        "KEY_ID": SANDBOX_KEY_ID,
        "KEY_SECRET": SANDBOX_KEY_SECRET,
        "REGION": region,
    }.items():
        text = text.replace(f"@{name}@", value)
    return text.lstrip("\n")


_SNIPPETS = {
    "python": """
# pip install alibabacloud-dm20151123
from alibabacloud_dm20151123.client import Client
from alibabacloud_dm20151123.models import SingleSendMailRequest
from alibabacloud_tea_openapi.models import Config

client = Client(
    Config(
        access_key_id="@KEY_ID@",
        access_key_secret="@KEY_SECRET@",
        endpoint="@ENDPOINT@",
        protocol="http",
        region_id="@REGION@",
    )
)
request = SingleSendMailRequest(
    account_name="noreply@sandbox.test",
    address_type=1,
    reply_to_address=False,
    to_address="you@example.com",
    subject="Hello from Python",
    text_body="Your code is 493021.",
)
print(client.single_send_mail(request).body.env_id)
""",
    "node": """
// npm install @alicloud/dm20151123 @alicloud/openapi-client
const Dm = require('@alicloud/dm20151123');
const { Config } = require('@alicloud/openapi-client');

const client = new Dm.default(
  new Config({
    accessKeyId: '@KEY_ID@',
    accessKeySecret: '@KEY_SECRET@',
    endpoint: '@ENDPOINT@',
    protocol: 'http',
    regionId: '@REGION@',
  }),
);
const request = new Dm.SingleSendMailRequest({
  accountName: 'noreply@sandbox.test',
  addressType: 1,
  replyToAddress: false,
  toAddress: 'you@example.com',
  subject: 'Hello from Node',
  textBody: 'Your code is 493021.',
});
client.singleSendMail(request).then((reply) => console.log(reply.body.envId));
""",
    "go": """
// go get github.com/alibabacloud-go/dm-20151123/v2
package main

import (
	"fmt"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	dm "github.com/alibabacloud-go/dm-20151123/v2/client"
	"github.com/alibabacloud-go/tea/tea"
)

func main() {
	client, err := dm.NewClient(&openapi.Config{
		AccessKeyId:     tea.String("@KEY_ID@"),
		AccessKeySecret: tea.String("@KEY_SECRET@"),
		Endpoint:        tea.String("@ENDPOINT@"),
		Protocol:        tea.String("http"),
		RegionId:        tea.String("@REGION@"),
	})
	if err != nil {
		panic(err)
	}
	reply, err := client.SingleSendMail(&dm.SingleSendMailRequest{
		AccountName:    tea.String("noreply@sandbox.test"),
		AddressType:    tea.Int32(1),
		ReplyToAddress: tea.Bool(false),
		ToAddress:      tea.String("you@example.com"),
		Subject:        tea.String("Hello from Go"),
		TextBody:       tea.String("Your code is 493021."),
	})
	if err != nil {
		panic(err)
	}
	fmt.Println(tea.StringValue(reply.Body.EnvId))
}
""",
    "java": """
// Maven: com.aliyun:dm20151123
import com.aliyun.dm20151123.Client;
import com.aliyun.dm20151123.models.SingleSendMailRequest;
import com.aliyun.teaopenapi.models.Config;

public class Hello {
    public static void main(String[] args) throws Exception {
        Client client = new Client(new Config()
            .setAccessKeyId("@KEY_ID@")
            .setAccessKeySecret("@KEY_SECRET@")
            .setEndpoint("@ENDPOINT@")
            .setProtocol("http")
            .setRegionId("@REGION@"));
        SingleSendMailRequest request = new SingleSendMailRequest()
            .setAccountName("noreply@sandbox.test")
            .setAddressType(1)
            .setReplyToAddress(false)
            .setToAddress("you@example.com")
            .setSubject("Hello from Java")
            .setTextBody("Your code is 493021.");
        System.out.println(client.singleSendMail(request).getBody().getEnvId());
    }
}
""",
    "curl": """
# Send with any SDK, or with dm; then ask what arrived, waiting up to ten seconds.
dm -p sandbox --endpoint @URL@ send single --to you@example.com --subject Hello --text 'Your code is 493021.'
curl -fsS '@URL@/_dm/api/mails/latest?to=you@example.com&wait=10'
curl -fsS '@URL@/_dm/api/mails/latest/codes?to=you@example.com'
# Let the next send be throttled.
curl -fsS -X POST '@URL@/_dm/api/faults' -d '{"effect": "error", "value": "Throttling.User"}'
""",
}
LANGUAGES = tuple(_SNIPPETS)
SHELLS = tuple(_SHELLS)
