# bash completion for {program}                                -*- shell-script -*-
#
# The program itself knows the candidates: it is asked with the words typed so far and answers one candidate a line
# (a description may follow behind a tab), then ":" and what bash shall do: 1 nothing, 2 add no space, 4 offer no files.

_{program}_words() {
    # bash splits words at "=" and ":" too. What was typed without blanks between is put together again.
    local line=${COMP_LINE:0:COMP_POINT} word i
    words=()
    for ((i = 0; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if [[ $i -eq 0 || $line == [[:space:]]* ]]; then
            words+=("")
            line=${line#"${line%%[![:space:]]*}"}
        fi
        [[ $i -lt COMP_CWORD ]] || word=$line
        words[${#words[@]} - 1]+=$word
        line=${line#"$word"}
    done
}

_{program}() {
    local words answer directive line candidate width=0
    local -a candidates=() descriptions=()
    COMPREPLY=()
    _{program}_words
    local current=${words[${#words[@]} - 1]}
    answer=$("${COMP_WORDS[0]}" {request} "${words[@]:1}" 2> /dev/null) || return
    directive=${answer##*:}
    [[ $directive =~ ^[0-9]+$ ]] || return
    ((directive & 1)) && return
    if ((directive & 2)); then compopt -o nospace 2> /dev/null; fi
    if ((directive & 4)); then compopt +o default 2> /dev/null; fi

    while IFS= read -r line; do
        [[ -n $line && $line != :* ]] || continue
        candidate=${line%%$'\t'*}
        [[ $candidate == "$current"* ]] || continue
        candidates+=("$candidate")
        [[ $line == *$'\t'* ]] && descriptions+=("${line#*$'\t'}") || descriptions+=("")
        ((${#candidate} > width)) && width=${#candidate}
    done <<< "$answer"

    # Descriptions are shown when bash lists several candidates (COMP_TYPE 63 is "?"); they must not be inserted.
    if ((${#candidates[@]} > 1 && COMP_TYPE == 63)); then
        local i
        for i in "${!candidates[@]}"; do
            printf -v line '%-*s  %s' "$width" "${candidates[i]}" "${descriptions[i]:+(${descriptions[i]})}"
            COMPREPLY+=("${line:0:${COLUMNS:-80}}")
        done
        return
    fi

    # bash replaces only what is behind the last "=" or ":".
    local kept=${current%"${current##*[=:]}"}
    for candidate in "${candidates[@]}"; do
        COMPREPLY+=("${candidate#"$kept"}")
    done
}

complete -o default -F _{program} {program}
