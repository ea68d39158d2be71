#!/bin/sh
# csvsort, asked to sort a list of addresses, turns May and Mon into days of the year 1 and takes None its name
#
# Seen:      2026-11-28
# Versions:  csvkit 2.2.0, agate 1.14.2, parsedatetime 2.6, Python 3.11.7
# Guess:     Sorting by one column changes the order of the lines and nothing else, as csvcut and csvgrep leave cells alone.
# Behaviour: Every cell of every column is parsed and written anew, unless -I is given. A column of May and Mon becomes
#            0001-05-01 and 0001-01-08; 10-11 and Sat 2001-10-11 and 0001-01-06; 1m and 2h 0:01:00 and 2:00:00; 00123 is 123,
#            +8613800138000 loses its plus, "1,5" is 15 and 5% is 5; 1 and 0 become True and False; None and Na are empty,
#            with -I too, until --blanks is given as well. csvjoin and in2csv do the same; csvcut, csvgrep and csvstack do not.
# Matters:   First names, postal codes, phone numbers and flags of a mailing list are rewritten by a tool that was asked for
#            order, with exit code 0. In a column of many names one that is no date saves the others; in a short list none may.
# Source:    run; https://github.com/wireservice/csvkit/issues/637, /822 and /1265
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check csvkit==2.2.0 agate==1.14.2 parsedatetime==2.6

cat > list.csv <<'END'
email,name,batch,every,code,phone,rate,share,news,team
b@example.com,May,10-11,1m,00123,+8613800138000,"1,5",5%,1,None
a@example.com,Mon,Sat,2h,01234,+8613800138001,"2,5",6%,0,Na
END

echo "guess: the lines of list.csv in another order, with any options"
cat list.csv
{
  echo "csvsort:"
  py/bin/csvsort -c email list.csv
  echo "csvsort -I:"
  py/bin/csvsort -I -c email list.csv
  echo "csvsort -I --blanks:"
  py/bin/csvsort -I --blanks -c email list.csv
} > seen
cat seen
cat > expected <<'END'
csvsort:
email,name,batch,every,code,phone,rate,share,news,team
a@example.com,0001-01-08,0001-01-06,2:00:00,1234,8613800138001,25,6,False,
b@example.com,0001-05-01,2001-10-11,0:01:00,123,8613800138000,15,5,True,
csvsort -I:
email,name,batch,every,code,phone,rate,share,news,team
a@example.com,Mon,Sat,2h,01234,+8613800138001,"2,5",6%,0,
b@example.com,May,10-11,1m,00123,+8613800138000,"1,5",5%,1,
csvsort -I --blanks:
email,name,batch,every,code,phone,rate,share,news,team
a@example.com,Mon,Sat,2h,01234,+8613800138001,"2,5",6%,0,Na
b@example.com,May,10-11,1m,00123,+8613800138000,"1,5",5%,1,None
END
diff expected seen || { echo "changed: csvsort no longer rewrites cells as described"; exit 1; }
echo "still so"
