namespace Netcd.Api.Access;

/// <summary>
/// What a call brings to tell who makes it, kept for as long as the call lasts: a stream's user is looked up with each
/// of its requests.
/// </summary>
/// <param name="Token">Null without one.</param>
/// <param name="CommonName">The verified client certificate's, where it counts; null otherwise.</param>
internal sealed record Credentials(byte[]? Token, string? CommonName)
{
    public static readonly Credentials None = new(null, null);
}
