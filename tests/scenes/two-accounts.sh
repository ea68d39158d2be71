#!/bin/sh
# Two accounts: the tags and templates that the first has and the second lacks are made in the second.
set -eu
export DM_PROFILE=sandbox # its regions are accounts of their own; of two of yours say dm -p NAME "$@"
first() { dm --region cn-hangzhou "$@"; }
second() { dm --region ap-southeast-1 "$@"; }

# Something that the second lacks.
printf '<p>您好 {UserName},</p>\n<p>spring is here.</p>\n' > spring.html
dm -p sandbox tag show spring > shown.txt || dm -p sandbox tag create spring
dm -p sandbox template show spring > shown.txt ||
  dm -p sandbox template create spring --subject '春天 Spring' --html @spring.html

copy_template() {
  subject=$(first template show "$1" --query TemplateSubject)
  first template show "$1" --query TemplateText --raw > body.html
  second template create "$1" --subject "$subject" --html @body.html
  second template show "$1" --query TemplateText --raw | cmp - body.html
}

first tag list --all --query 'rows[].TagName' > tags.txt
while read -r tag; do
  second tag show "$tag" > shown.txt || second tag create "$tag"
done < tags.txt

first template list --all --query 'rows[].TemplateName' > templates.txt
while read -r template; do
  second template show "$template" > shown.txt || copy_template "$template"
done < templates.txt

for account in first second; do
  $account tag list --all --query 'sort(rows[].TagName)' > "$account.txt"
  $account template list --all --query 'sort(rows[].TemplateName)' >> "$account.txt"
done
diff first.txt second.txt
echo 'both have the same tags and templates'
