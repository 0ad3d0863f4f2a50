namespace Netcd.Conformance.Ctl;

/// <summary>One command of a script.</summary>
internal sealed record CtlStep
{
    /// <summary>As the script has it, for messages.</summary>
    public string Line { get; init; } = "";

    public string[] Arguments { get; init; } = [];

    public string Input { get; init; } = "";

    public (string Name, string Value)[] Environment { get; init; } = [];

    /// <summary>The name under which an ID in the output is kept; empty: none.</summary>
    public string Keep { get; init; } = "";
}
