namespace Netcd.CommandLine.Help;

/// <summary>Whose layout the help pages have.</summary>
public enum HelpStyle
{
    /// <summary>etcdctl's own: NAME, USAGE, COMMANDS, OPTIONS; on standard output even beside an error.</summary>
    Etcd,

    /// <summary>cobra's usage alone, which etcdutl shows; beside an error on standard error.</summary>
    Cobra,

    /// <summary>
    /// cobra's default, which etcd's own sub-commands have: what the command does, then the usage; beside an error the
    /// usage alone, with the bare error behind it.
    /// </summary>
    CobraWithSummary,
}
