# fish completion for {program}                                -*- shell-script -*-
#
# The program itself knows the candidates: it is asked with the words typed so far and answers one candidate a line
# (a description may follow behind a tab), then ":" and what fish shall do: 1 nothing, 2 add no space, 4 offer no files.

function __{program}_candidates
    set -l words (commandline --tokenize --cut-at-cursor --current-process)
    set -l current (commandline --current-token --cut-at-cursor)
    set -l answer ($words[1] {request} $words[2..-1] "$current" 2>/dev/null)
    or return 1
    set -l directive (string replace ':' '' -- $answer[-1])
    string match --quiet --regex '^[0-9]+$' -- $directive
    or return 1
    test (math "bitand($directive, 1)") -eq 0
    or return 1
    if test (count $answer) -gt 1
        printf '%s\n' $answer[1..-2]
    else if test (math "bitand($directive, 4)") -eq 0
        __fish_complete_path $current
    end
end

complete --command {program} --erase
complete --command {program} --no-files --arguments '(__{program}_candidates)'
