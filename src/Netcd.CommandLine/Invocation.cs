using Netcd.CommandLine.Flags;

namespace Netcd.CommandLine;

/// <summary>A command as it was called: what its body sees.</summary>
public sealed class Invocation
{
    public required Command Command { get; init; }

    /// <summary>The word by which it was called: its name, a unique beginning of it, or its alias.</summary>
    public required string CalledAs { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>How many arguments stood before the first <c>--</c>; -1 when there was none.</summary>
    public required int ArgumentsBeforeDashes { get; init; }

    /// <summary>Its own flags and the inherited ones.</summary>
    public required FlagSet Flags { get; init; }

    public required ProgramConsole Console { get; init; }

    /// <summary>Is cancelled by the signals that end the program, once a command listens for them.</summary>
    public CancellationToken Cancellation { get; init; }

    public string Text(string flag) => Flags[flag].Text;

    public bool Bool(string flag) => ((BoolValue)Flags[flag].Value).Value;

    public long Number(string flag) => ((IntegerValue)Flags[flag].Value).Value;

    public ulong Unsigned(string flag) => ((UnsignedValue)Flags[flag].Value).Value;

    public TimeSpan Duration(string flag) => ((DurationValue)Flags[flag].Value).Value;

    public IReadOnlyList<string> List(string flag) => ((ListValue)Flags[flag].Value).Values;

    public bool Changed(string flag) => Flags[flag].IsChanged;
}
