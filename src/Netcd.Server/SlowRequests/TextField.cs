namespace Netcd.Server.SlowRequests;

/// <summary>A field of a message as it is shown.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Name">Its name in the .proto file.</param>
/// <param name="Kind">How its value is shown.</param>
internal sealed record TextField(int Number, string Name, TextKind Kind)
{
    /// <summary>What a message holds.</summary>
    public TextField[] Fields { get; init; } = [];

    /// <summary>The names of an enum's values from 0 on.</summary>
    public string[] Values { get; init; } = [];

    public bool IsRepeated { get; init; }

    /// <summary>Shown although it is zero: one of a union, or a field of the second protobuf version.</summary>
    public bool HasPresence { get; init; }
}
