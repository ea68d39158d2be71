_dm_completion() {
    local IFS=$'\n' line=${COMP_LINE:0:COMP_POINT} breaks=${COMP_WORDBREAKS//[^:=]/} type value
    local word=${line##*[[:space:]]}
    local last=$word
    [[ $breaks ]] && last=${last##*[$breaks]}
    [[ $last == *@* && $COMP_WORDBREAKS == *@* ]] && last=@${last##*@}

    while IFS=, read -r type value; do
        if [[ $type == dir ]]; then
            compopt -o dirnames
        elif [[ $type == file ]]; then
            compopt -o default
        elif [[ $type == plain ]]; then
            COMPREPLY+=("${value#"${word%"$last"}"}")
            [[ $value == @*/ ]] && compopt -o nospace
        fi
    done < <(COMP_WORDS="$line''" COMP_CWORD=-1 _DM_COMPLETE=bash_complete "$1")
}

complete -o nosort -F _dm_completion dm
