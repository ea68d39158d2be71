#!/bin/sh
# The Chinese name of an attachment: in pinyin without its ending, gone, or raw encoded words, as writer and reader meet
#
# Seen:      2026-11-30
# Versions:  Email::MIME 1.953 and Mail 2.7.1 for Ruby (Debian 12); the email package of Python 3.11.7; mail-parser 4.8.0 and
#            imap-tools 1.16.0 (PyPI); mailparser 3.14.2, nodemailer 10.6.1 (npm) on Node 20.20; go-message 0.18.2, enmime 1.3.0
#            (Go 1.26)
# Guess:     A long name in Chinese is written by RFC 2231 today, and read by everybody; filename= beside filename*= is
#            for readers of the last century.
# Behaviour: Email::MIME writes the name, and beside it what Text::Unidecode makes of it, cut at 80: "2026Nian Di Si ... Jie Da..."
#            without .pdf. Python's message_from_bytes, and what is built on it, takes that, with its line break. Of what is shown
#            everywhere, add_header("Content-Disposition", f'attachment; filename="{name}"'), Python makes encoded words of the
#            whole header: no attachment for most, and no name for any but email's newer policy, which puts blanks in it.
#            go-message, enmime and Ruby's Mail write encoded words in quotes, which RFC 2047 forbids: email.message_from_bytes
#            gives them as they are.
# Matters:   Offers and invoices arrive without a name, or without the ending by which they open; tests with report.pdf pass.
# Source:    run; RFC 2231, RFC 2047, section 5; RFC 2183, section 2
set -eu

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
need=""
perl -MEmail::MIME -e 1 2> perl.log || need="libemail-mime-perl"
ruby -e 'require "mail"' 2> ruby.log || need="$need ruby-mail"
# shellcheck disable=SC2086
[ -z "$need" ] || { apt-get update -qq && apt-get install -y -qq --no-install-recommends $need; } > apt.log 2>&1 || {
  cat apt.log
  echo "needs $need"
  exit 1
}
dpkg-query -W -f '${Package} ${Version}\n' libemail-mime-perl ruby-mail
python3 -m venv py
py/bin/pip install -q --disable-pip-version-check mail-parser==4.8.0 imap-tools==1.16.0
npm install --silent --no-audit --no-fund --prefix . nodemailer@10.6.1 mailparser@3.14.2 > npm.log 2>&1 || { cat npm.log; exit 1; }

name="2026年第四季度华东地区经销商报价单（含税）最终版.pdf"
export name
cat > write.pl <<'PL'
use Email::MIME;
use Encode;
my $name = decode("UTF-8", $ENV{name});
my @parts = (Email::MIME->create(attributes => {content_type => "text/plain"}, body => "Hello"),
  Email::MIME->create(attributes => {filename => $name, content_type => "application/pdf", disposition => "attachment",
    encoding => "base64"}, body => "%PDF"));
print Email::MIME->create(header_str => [From => 'li@example.com', Subject => "Offer"], parts => \@parts)->as_string;
PL
cat > write.rb <<'RB'
require "mail"
mail = Mail.new { from "li@example.com"; subject "Offer"; body "Hello" }
mail.attachments[ENV["name"].dup.force_encoding("UTF-8")] = "%PDF"
print mail.to_s
RB
cat > write.py <<'PY'
import os
import pathlib
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

mail = EmailMessage()
mail["From"], mail["Subject"] = "li@example.com", "Offer"
mail.set_content("Hello")
mail.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename=os.environ["name"])
pathlib.Path("EmailMessage.eml").write_bytes(mail.as_bytes())
mail = MIMEMultipart()
mail["From"], mail["Subject"] = "li@example.com", "Offer"
mail.attach(MIMEText("Hello"))
mail.attach(file := MIMEApplication(b"%PDF", "pdf"))
file.add_header("Content-Disposition", f'attachment; filename="{os.environ["name"]}"')
pathlib.Path("snippet.eml").write_bytes(mail.as_bytes())
PY
cat > write.js <<'JS'
require("nodemailer").createTransport({ streamTransport: true, buffer: true }).sendMail({ from: "li@example.com", subject: "Offer",
  text: "Hello", attachments: [{ filename: process.env.name, content: "%PDF", contentType: "application/pdf" }] },
  (error, { message }) => require("fs").writeFileSync("nodemailer.eml", message));
JS
cat > main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"os"

	"github.com/emersion/go-message/mail"
	"github.com/jhillyerd/enmime"
)

func main() {
	if len(os.Args) == 1 {
		var out bytes.Buffer
		writer, _ := mail.CreateWriter(&out, mail.Header{})
		header := mail.AttachmentHeader{}
		header.Set("Content-Type", "application/pdf")
		header.SetFilename(os.Getenv("name"))
		part, _ := writer.CreateAttachment(header)
		part.Write([]byte("%PDF"))
		part.Close()
		writer.Close()
		os.WriteFile("go-message.eml", out.Bytes(), 0o644)
		root, _ := enmime.Builder().From("", "li@example.com").To("", "han@example.com").Subject("Offer").Text([]byte("Hello")).
			AddAttachment([]byte("%PDF"), "application/pdf", os.Getenv("name")).Build()
		out.Reset()
		root.Encode(&out)
		os.WriteFile("enmime.eml", out.Bytes(), 0o644)
		return
	}
	for _, name := range os.Args[1:] {
		raw, _ := os.ReadFile(name)
		found := []string{}
		reader, err := mail.CreateReader(bytes.NewReader(raw))
		for err == nil {
			var part *mail.Part
			if part, err = reader.NextPart(); err == nil {
				if header, ok := part.Header.(*mail.AttachmentHeader); ok {
					said, _ := header.Filename()
					found = append(found, said)
				}
			}
		}
		fmt.Printf("%s: go-message %q\n", name, found)
	}
}
GO
(go mod init names && go get github.com/emersion/go-message/mail@v0.18.2 github.com/jhillyerd/enmime@v1.3.0 && go build -o names .) \
  > go.log 2>&1 || { cat go.log; exit 1; }
cat > read.py <<'PY'
import email
import email.policy
import json
import pathlib
import sys

import imap_tools
import mailparser

for path in map(pathlib.Path, sys.argv[1:]):
    raw = path.read_bytes()
    readers = {
        "email": lambda: [part.get_filename() for part in email.message_from_bytes(raw).walk() if part.get_filename()],
        "email, newer policy": lambda: [part.get_filename() for part in
                                        email.message_from_bytes(raw, policy=email.policy.default).iter_attachments()],
        "mail-parser": lambda: [one["filename"] for one in mailparser.parse_from_bytes(raw).attachments],
        "imap-tools": lambda: [one.filename for one in imap_tools.MailMessage.from_bytes(raw).attachments],
    }
    for reader, read in readers.items():
        print(f"{path}: {reader} {json.dumps(read(), ensure_ascii=False)}")
PY
cat > read.rb <<'RB'
require "mail"
ARGV.each { |path| puts "#{path}: Mail #{Mail.read(path).attachments.map(&:filename).inspect}" }
RB
cat > read.js <<'JS'
const fs = require("fs");
(async () => {
  for (const path of process.argv.slice(2)) {
    const { attachments } = await require("mailparser").simpleParser(fs.readFileSync(path));
    console.log(`${path}: mailparser ${JSON.stringify(attachments.map((one) => one.filename ?? null))}`);
  }
})();
JS
perl write.pl > Email-MIME.eml
ruby -EUTF-8:UTF-8 write.rb > Mail.eml
py/bin/python write.py
node write.js
./names
echo "guess: [\"$name\"] each time"
export PYTHONIOENCODING=utf-8
{ py/bin/python -W ignore read.py *.eml 2> py.log; ruby -EUTF-8:UTF-8 read.rb *.eml; node read.js *.eml; ./names *.eml; } |
  sed "s/\[\"$name\"\]/as written/" | LC_ALL=C sort > seen
cat seen
cat > expected <<'END'
Email-MIME.eml: Mail as written
Email-MIME.eml: email ["2026Nian Di Si Ji Du\r\n Hua Dong Di Qu Jing Xiao Shang Bao Jie Da..."]
Email-MIME.eml: email, newer policy as written
Email-MIME.eml: go-message as written
Email-MIME.eml: imap-tools ["2026Nian Di Si Ji Du\r\n Hua Dong Di Qu Jing Xiao Shang Bao Jie Da..."]
Email-MIME.eml: mail-parser ["2026Nian Di Si Ji Du\r\n Hua Dong Di Qu Jing Xiao Shang Bao Jie Da..."]
Email-MIME.eml: mailparser as written
EmailMessage.eml: Mail as written
EmailMessage.eml: email as written
EmailMessage.eml: email, newer policy as written
EmailMessage.eml: go-message as written
EmailMessage.eml: imap-tools as written
EmailMessage.eml: mail-parser as written
EmailMessage.eml: mailparser as written
Mail.eml: Mail as written
Mail.eml: email ["=?UTF-8?B?MjAyNuW5tOesrOWbm+Wto+W6puWNjuS4nOWcsOWMuue7j+mUgOWVhuaKpQ==?= =?UTF-8?B?5Lu35Y2V77yI5ZCr56iO77yJ5pyA57uI54mILnBkZg==?="]
Mail.eml: email, newer policy as written
Mail.eml: go-message as written
Mail.eml: imap-tools as written
Mail.eml: mail-parser as written
Mail.eml: mailparser as written
enmime.eml: Mail as written
enmime.eml: email ["=?utf-8?b?MjAyNuW5tOesrOWbm+Wto+W6puWNjuS4nOWcsOWMuue7j+mUgOWVhuaKpQ==?=\r\n =?utf-8?b?5Lu35Y2V77yI5ZCr56iO77yJ5pyA57uI54mILnBkZg==?="]
enmime.eml: email, newer policy as written
enmime.eml: go-message as written
enmime.eml: imap-tools as written
enmime.eml: mail-parser as written
enmime.eml: mailparser as written
go-message.eml: Mail as written
go-message.eml: email ["=?utf-8?q?2026=E5=B9=B4=E7=AC=AC=E5=9B=9B=E5=AD=A3=E5=BA=A6=E5=8D=8E?= =?utf-8?q?=E4=B8=9C=E5=9C=B0=E5=8C=BA=E7=BB=8F=E9=94=80=E5=95=86=E6=8A=A5?= =?utf-8?q?=E4=BB=B7=E5=8D=95=EF=BC=88=E5=90=AB=E7=A8=8E=EF=BC=89=E6=9C=80?= =?utf-8?q?=E7=BB=88=E7=89=88.pdf?="]
go-message.eml: email, newer policy as written
go-message.eml: go-message as written
go-message.eml: imap-tools as written
go-message.eml: mail-parser as written
go-message.eml: mailparser as written
nodemailer.eml: Mail as written
nodemailer.eml: email as written
nodemailer.eml: email, newer policy as written
nodemailer.eml: go-message as written
nodemailer.eml: imap-tools as written
nodemailer.eml: mail-parser as written
nodemailer.eml: mailparser as written
snippet.eml: Mail []
snippet.eml: email []
snippet.eml: email, newer policy ["2026年第 四季度华东地区经销商报价单（含税 ）最终版.pdf"]
snippet.eml: go-message [""]
snippet.eml: imap-tools []
snippet.eml: mail-parser []
snippet.eml: mailparser [null]
END
diff expected seen || { echo "changed: names are no longer written or read as described"; exit 1; }
echo "still so"
