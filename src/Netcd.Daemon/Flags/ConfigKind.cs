namespace Netcd.Daemon.Flags;

/// <summary>The types of JSON, by the words that Go's decoder has for them.</summary>
internal enum ConfigKind
{
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}
