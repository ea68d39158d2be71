"""The examples in the help of groups: first steps, as they are typed. Those of commands stand with the commands."""

from __future__ import annotations

# By the path of a group after `dm`; what is typed after the name of the program.
EXAMPLES = {
    "": (
        "-p sandbox send single --from noreply@sandbox.test --to ada@example.com --subject Hi --text Hello",
        "-p sandbox stats details --to ada@example.com",
        "domain check mail.example.com --wait",
    ),
    "send": (
        "send single --from news@mail.example.com --to ada@example.com --subject Welcome --html @welcome.html",
        "send merge customers.csv --subject 'Hello {{ name }}' --html @welcome.html",
    ),
    "domain": (
        "domain create mail.example.com",
        "domain records mail.example.com --as zone",
        "domain check mail.example.com --wait",
    ),
    "address": (
        "address create news@mail.example.com --type batch",
        "address update news@mail.example.com --reply-to office@example.com",
        "address smtp-check news@mail.example.com",
    ),
    "receiver": (
        "receiver create customers --description 'All who bought'",
        "receiver import customers people.csv --map mail=email",
    ),
    "tag": ("tag create welcome --description 'To new customers'", "tag list"),
    "template": ("template create newsletter --subject 'Spring is here' --html @spring.html", "template list"),
    "task": ("task list",),
    "stats": ("stats totals --since 30d", "stats details --to ada@example.com --since 7d"),
    "stats history": ("stats history export --to mails.csv",),
    "account": ("account show --need 500", "account export account.yaml", "account diff account.yaml"),
    "config-set": ("config-set create shop", "config-set link shop news@mail.example.com"),
    "ip-filter": ("ip-filter add 203.0.113.0/24", "ip-filter protect on"),
    "suppression": ("suppression add ada@example.com", "suppression blocked --type unsubscribe"),
    "validate": ("validate email ada@example.com", "validate quota"),
    "dedicated-ip": ("dedicated-ip list", "dedicated-ip create-pool news --ip 192.0.2.12"),
    "campaign": ("campaign list", "campaign resume customers"),
    "config": ("config init work", "config check"),
    "sandbox": ("sandbox serve --port 8025", "sandbox run --fresh -- pytest", "sandbox mail list"),
    "sandbox mail": ("sandbox mail list --to ada@example.com", "sandbox mail codes latest --wait 10s"),
    "sandbox calls": ("sandbox calls list --action SingleSendMail", "sandbox calls show 1"),
    "sandbox fault": ("sandbox fault add error Throttling.User --action SingleSendMail --times 2",),
    "sandbox limit": ("sandbox limit set SingleSendMail 10/min", "sandbox limit lift --all"),
    "sandbox state": ("sandbox state list", "sandbox state verify mail.example.com"),
    "sandbox dns": ("sandbox dns list", "sandbox dns set mail.example.com MX mx01.dm.aliyun.com --priority 10"),
    "sandbox clock": ("sandbox clock show", "sandbox clock advance 1d"),
    "sandbox snapshot": ("sandbox snapshot take before", "sandbox snapshot restore before"),
}
