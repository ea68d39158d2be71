#!/bin/sh
# The morning check: is every domain verified, which addresses took no mail, and is enough of the quota left?
set -eu
export DM_PROFILE=sandbox # without this line it is your own account

# Yesterday's mail, so that the sandbox has something to tell.
dm -p sandbox send single --to ada@example.com,invalid@example.com --subject Hello --text Hello --idempotency-key hello
dm sandbox clock advance 1d

code=0
domains=$(dm domain list --all --query 'rows[].DomainName')
dm domain check $domains || code=$? # 5 when one of them is not verified

dm stats totals --since yesterday
dm stats details --since yesterday --status invalid --all --query 'rows[].[ToAddress, Message]' > invalid.txt
cat invalid.txt
echo "addresses that took no mail: $(grep -c @ invalid.txt)"

left=$(dm account show --need 500 --query usage.day_left) || code=$? # 5 when 500 more do not fit
echo "left today: $left"

exit "$code"
