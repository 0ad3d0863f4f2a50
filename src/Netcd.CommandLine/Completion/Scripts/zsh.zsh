#compdef {program}
compdef _{program} {program}
# zsh completion for {program}                                 -*- shell-script -*-
#
# The program itself knows the candidates: it is asked with the words typed so far and answers one candidate a line
# (a description may follow behind a tab), then ":" and what zsh shall do: 1 nothing, 2 add no space, 4 offer no files.

_{program}() {
    local answer line candidate description directive
    local -a candidates options
    answer=$("${words[1]}" {request} "${(@)words[2,CURRENT-1]}" "${words[CURRENT]}" 2> /dev/null) || return 1
    directive=${answer##*:}
    [[ $directive == <-> ]] || return 1
    (( directive & 1 )) && return 1
    for line in ${(f)answer}; do
        [[ $line == :* ]] && continue
        candidate=${line%%$'\t'*}
        description=""
        [[ $line == *$'\t'* ]] && description=${line#*$'\t'}
        # _describe parts name and description at the first colon.
        candidates+=("${candidate//:/\\:}${description:+:$description}")
    done
    (( directive & 2 )) && options=(-S '')
    if (( ${#candidates} )); then
        _describe -t {program} '{program}' candidates "${options[@]}" && return 0
    fi
    (( directive & 4 )) && return 1
    _files
}

if [[ ${funcstack[1]} == _{program} ]]; then
    _{program} "$@"
fi
