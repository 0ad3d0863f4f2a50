namespace Netcd.CommandLine.Help;

/// <summary>Whose layout the help pages have.</summary>
public enum HelpStyle
{
    /// <summary>etcdctl's own: NAME, USAGE, COMMANDS, OPTIONS; on standard output even beside an error.</summary>
    Etcd,

    /// <summary>cobra's default, which etcdutl has; beside an error on standard error.</summary>
    Cobra,
}
