namespace Netcd.Peer.Routes;

/// <summary>A request that is answered with an error.</summary>
/// <param name="status">HTTP status.</param>
/// <param name="text">Body, without its line end.</param>
internal sealed class RefusedException(int status, string text) : Exception(text)
{
    public int Status { get; } = status;
}
