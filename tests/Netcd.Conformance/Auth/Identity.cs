namespace Netcd.Conformance.Auth;

/// <summary>Who makes a call.</summary>
/// <param name="Name">Tells it in messages.</param>
/// <param name="User">Whose token goes with the call; null for none.</param>
/// <param name="Token">A token that stays the same; null for that of <paramref name="User"/>.</param>
/// <param name="Certificate">The client certificate that is shown; null for a plain connection.</param>
/// <param name="IsGateway">Whether the call says that it comes from a gateway.</param>
internal sealed record Identity(
    string Name, string? User = null, string? Token = null, string? Certificate = null, bool IsGateway = false)
{
    public override string ToString() => Name;
}
