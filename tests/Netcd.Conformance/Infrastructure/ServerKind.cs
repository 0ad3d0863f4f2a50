namespace Netcd.Conformance.Infrastructure;

/// <summary>Which program serves.</summary>
public enum ServerKind
{
    Netcd,
    Go,
}
