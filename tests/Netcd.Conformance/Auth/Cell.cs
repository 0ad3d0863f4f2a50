using Google.Protobuf;

namespace Netcd.Conformance.Auth;

/// <summary>One request of the matrix.</summary>
/// <param name="Path">The method's.</param>
/// <param name="Request">The request; null for the one that names the server's own peer address.</param>
/// <param name="Label">What it asks, where the path does not say.</param>
internal sealed record Cell(string Path, IMessage Request, string Label = "")
{
    public override string ToString() => $"{Path} {Label}".TrimEnd();
}
