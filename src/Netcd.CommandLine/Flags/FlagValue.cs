namespace Netcd.CommandLine.Flags;

/// <summary>The value of a flag, of one of pflag's types.</summary>
public abstract class FlagValue
{
    /// <summary>pflag's name of the type.</summary>
    public abstract string TypeName { get; }

    /// <summary>As pflag prints it.</summary>
    public abstract string Text { get; }

    /// <summary>The value that a flag without one has; empty: it needs one.</summary>
    public virtual string ImpliedText => "";

    public abstract bool TrySet(string text, out string error);
}
