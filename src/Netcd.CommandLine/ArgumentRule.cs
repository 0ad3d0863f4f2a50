namespace Netcd.CommandLine;

/// <summary>What a command says about its arguments before it runs.</summary>
public enum ArgumentRule
{
    /// <summary>The command looks at them itself.</summary>
    Any,

    /// <summary>An argument is an unknown sub-command.</summary>
    None,

    AtLeastOne,

    ExactlyOne,
}
