#!/bin/sh
# A list from a file: its addresses get a template, and those that take no mail leave the list.
set -eu
export DM_PROFILE=sandbox # without this line the mail goes out to everybody in the file

cat > readers.csv <<'END'
email,name
ada@example.com,Ada
li@example.com,Li
invalid@example.com,Max
END

dm receiver show readers > shown.txt || dm receiver create readers
dm receiver import readers readers.csv
dm receiver members readers --all

dm tag show spring > shown.txt || dm tag create spring
dm send batch --from news@sandbox.test --list readers --template newsletter --tag spring --idempotency-key spring-1 --yes
dm task list

dm stats details --tag spring --all > outcomes.txt
echo "delivered: $(grep -c delivered outcomes.txt)"
dm receiver clean readers --yes
echo "left in the list: $(dm receiver show readers --query Count)"
