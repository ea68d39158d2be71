#!/bin/sh
# A list from a file: its addresses get a template, and those that take no mail leave the list.
set -eu
export DM_PROFILE=sandbox # without this line the mail goes out to everybody in the file

cat > readers.txt <<'END'
ada@example.com
li@example.com
invalid@example.com
END

dm receiver show readers > shown.txt || dm receiver create readers
code=0
dm receiver add readers @readers.txt || code=$?
[ "$code" -eq 0 ] || [ "$code" -eq 7 ] # 7: some were rejected, such as those that are in the list already
dm receiver members readers --all

dm tag show spring > shown.txt || dm tag create spring
dm send batch --from news@sandbox.test --list readers --template newsletter --tag spring --idempotency-key spring-1 --yes
dm task list

dm stats details --tag spring --all > outcomes.txt
echo "delivered: $(grep -c delivered outcomes.txt)"
dm receiver clean readers --yes
echo "left in the list: $(dm receiver show readers --query Count)"
