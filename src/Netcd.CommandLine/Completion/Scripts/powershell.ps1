# powershell completion for {program}                          -*- shell-script -*-
#
# The program itself knows the candidates: it is asked with the words typed so far and answers one candidate a line
# (a description may follow behind a tab), then ":" and what the shell shall do: 1 nothing, 2 no space, 4 no files.

Register-ArgumentCompleter -Native -CommandName '{program}' -ScriptBlock {
    param($WordToComplete, $CommandAst, $CursorPosition)

    $Words = @($CommandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $CursorPosition } |
        ForEach-Object { $_.Extent.Text })
    if ($Words.Count -eq 0) { $Words = @($CommandAst.CommandElements[0].Extent.Text) }
    $Before = @($Words | Select-Object -Skip 1)
    # An empty word would be lost on its way to a native program in old versions.
    $Last = if ($WordToComplete -eq '' -and $PSVersionTable.PsVersion -lt [version]'7.3') { '""' } else { $WordToComplete }
    $Answer = @(& $Words[0] {request} @Before $Last 2> $null)
    if ($Answer.Count -eq 0 -or $Answer[-1] -notmatch '^:(\d+)$') { return }
    $Directive = [int]$Matches[1]
    if ($Directive -band 1) { return }
    $Candidates = @($Answer | Select-Object -SkipLast 1)
    $Space = if ($Directive -band 2) { '' } else { ' ' }
    foreach ($Line in $Candidates) {
        $Name, $Description = $Line.Split("`t", 2)
        if (-not $Description) { $Description = $Name }
        [System.Management.Automation.CompletionResult]::new("$Name$Space", $Name, 'ParameterValue', $Description)
    }
    # Nothing said and files allowed: the shell offers files when it gets no result; an empty text keeps it from that.
    if ($Candidates.Count -eq 0 -and ($Directive -band 4)) { '' }
}
