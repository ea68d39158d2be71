#!/bin/sh
# A new sender: its domain, its address, and a confirmed address for the replies. What is there already stays as it is.
set -eu
export DM_PROFILE=sandbox # without this line all of it happens in your own account
domain=shop.example.com
sender=hello@$domain
replies=help@example.com
you=ada@example.com

dm domain create "$domain" --if-missing
dm domain records "$domain" --as zone # what to publish; others: octodns, terraform, aliyun-cli, bind
dm domain check "$domain" --wait --timeout 30m

dm address show "$sender" > shown.txt || dm address create "$sender" --type trigger --reply-to "$replies"
if [ "$(dm address show "$sender" --query ReplyStatus)" != 0 ]; then
  dm address verify-reply "$sender"
  # At the service a person opens the link in the mail to $replies. In the sandbox this is that person:
  link=$(dm sandbox mail links --to "$replies" --wait 10s)
  dm address approve-reply "${link##*/}"
fi
dm address show "$sender" --query ReplyStatus | grep -x 0

dm send single --from "$sender" --use-reply-to --to "$you" --subject Hello --text 'We are open.'
dm sandbox mail show --to "$you" --query reply_to | grep -x "$replies"
