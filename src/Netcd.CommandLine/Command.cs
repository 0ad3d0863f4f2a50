using Netcd.CommandLine.Flags;

namespace Netcd.CommandLine;

/// <summary>
/// One command of a tree, in the shape of Go's cobra: the texts that a user sees (names, usage lines, errors) are
/// cobra's, since scripts and habits know them.
/// </summary>
public sealed class Command
{
    private readonly SortedList<string, Command> _children = new(StringComparer.Ordinal);
    private readonly List<Command> _childrenAsAdded = [];

    /// <param name="use">The usage line behind the parents' names; its first word is the command's name.</param>
    /// <param name="summary">One line for lists of commands.</param>
    public Command(string use, string summary)
    {
        Use = use;
        Summary = summary;
        Name = use.Split(' ', 2)[0];
    }

    public string Use { get; }

    public string Name { get; }

    public string Summary { get; }

    /// <summary>The longer text of the help page; empty: none.</summary>
    public string Description { get; init; } = "";

    /// <summary>Another name, e.g. of the hidden command that answers completion scripts.</summary>
    public string Alias { get; init; } = "";

    public bool IsHidden { get; init; }

    /// <summary>Everything behind the name belongs to the command, flags too.</summary>
    public bool TakesRawArguments { get; init; }

    public bool HidesFlagsInUsageLine { get; init; }

    public ArgumentRule Arguments { get; init; } = ArgumentRule.Any;

    /// <summary>Null: the command only groups its children.</summary>
    public Func<Invocation, Task>? Run { get; init; }

    /// <summary>Candidates for the next argument; null: the shell completes files.</summary>
    public Func<Invocation, string, IEnumerable<string>>? Complete { get; init; }

    /// <summary>Flags of this command alone.</summary>
    public FlagSet Flags { get; } = new();

    /// <summary>Flags of this command and of all below it.</summary>
    public FlagSet PersistentFlags { get; } = new();

    public Command? Parent { get; private set; }

    public Command Root => Parent?.Root ?? this;

    /// <summary>In the order of their names.</summary>
    public IList<Command> Children => _children.Values;

    /// <summary>In the order in which they were added: that of cobra's suggestions.</summary>
    public IReadOnlyList<Command> ChildrenAsAdded => _childrenAsAdded;

    public string Path => Parent is null ? Name : $"{Parent.Path} {Name}";

    public string UsageLine
    {
        get
        {
            var line = Parent is null ? Use : $"{Parent.Path} {Use}";
            var isWhole = HidesFlagsInUsageLine || line.Contains("[flags]", StringComparison.Ordinal);
            return isWhole ? line : line + " [flags]";
        }
    }

    /// <summary>Is it offered to users in completions and suggestions?</summary>
    public bool IsAvailable =>
        !IsHidden && Name != BuiltInCommands.HelpName
        && (Run is not null || Children.Any(child => child.IsAvailable));

    public Command Add(params ReadOnlySpan<Command> children)
    {
        foreach (var child in children)
        {
            child.Parent = this;
            _children.Add(child.Name, child);
            _childrenAsAdded.Add(child);
        }

        return this;
    }

    /// <summary>All flags that can be given to this command: its own, and its parents' persistent ones.</summary>
    public FlagSet AllFlags()
    {
        var all = LocalFlags();
        for (var parent = Parent; parent is not null; parent = parent.Parent)
        {
            all.AddMissing(parent.PersistentFlags);
        }

        return all;
    }

    public FlagSet LocalFlags()
    {
        var local = new FlagSet();
        local.AddMissing(Flags);
        local.AddMissing(PersistentFlags);
        return local;
    }

    public FlagSet InheritedFlags()
    {
        var inherited = new FlagSet();
        for (var parent = Parent; parent is not null; parent = parent.Parent)
        {
            inherited.AddMissing(parent.PersistentFlags);
        }

        foreach (var flag in LocalFlags().Sorted)
        {
            inherited.Remove(flag.Name);
        }

        return inherited;
    }

    /// <summary>Every command has --help once it is executed or its help is asked for.</summary>
    internal void AddHelpFlag()
    {
        if (AllFlags().Find("help") is null)
        {
            Flags.Bool("help", false, $"help for {Name}", 'h');
        }
    }
}
