using Netcd.Base.GoSyntax;

namespace Netcd.CommandLine.Flags;

/// <summary>A flag with its present value.</summary>
public sealed class Flag(string name, char shorthand, string usage, FlagValue value)
{
    public string Name { get; } = name;

    /// <summary>One letter; '\0': none.</summary>
    public char Shorthand { get; } = shorthand;

    public string Usage { get; } = usage;

    public FlagValue Value { get; } = value;

    /// <summary>The default as help pages show it.</summary>
    public string DefaultText { get; } = value.Text;

    public string Text => Value.Text;

    /// <summary>Was it set, by the command line or the environment?</summary>
    public bool IsChanged { get; private set; }

    /// <summary>The command does not run without it.</summary>
    public bool IsRequired { get; set; }

    /// <summary>It works, but no help page or completion shows it.</summary>
    public bool IsHidden { get; set; }

    /// <summary>Sets the value; a <see cref="FlagException"/> says what is wrong with it.</summary>
    public void Set(string text)
    {
        if (!Value.TrySet(text, out var error))
        {
            var shown = Shorthand == '\0' ? $"--{Name}" : $"-{Shorthand}, --{Name}";
            throw new FlagException(
                $"invalid argument {GoText.Quote(text)} for {GoText.Quote(shown)} flag: {error}");
        }

        IsChanged = true;
    }
}
