namespace Netcd.Daemon.Flags;

/// <summary>How a flag's text is read; each kind has Go's own rules and error texts.</summary>
internal enum FlagKind
{
    Bool,
    Int,
    Int64,
    UInt,
    UInt32,
    UInt64,
    Duration,
    String,

    /// <summary>One of a closed set of words (<see cref="FlagDefinition.Choices"/>).</summary>
    Choice,

    /// <summary>Comma-separated words, sorted and unique.</summary>
    StringList,

    /// <summary>Comma-separated http, https, unix or unixs URLs, sorted and unique.</summary>
    UrlList,

    /// <summary>A <see cref="UrlList"/> in which <c>*</c> stands for all.</summary>
    UrlListOrAny,

    /// <summary>Name=bool pairs of known feature gates.</summary>
    FeatureGates,

    /// <summary>Accepted for the sake of old command lines, without effect.</summary>
    Ignored,
}
