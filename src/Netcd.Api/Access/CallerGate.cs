using System.Text;
using Netcd.Api.Auth.Tokens;
using Netcd.Api.Errors;
using Netcd.Grpc;
using Netcd.Server;
using Netcd.Server.Auth;

namespace Netcd.Api.Access;

/// <summary>
/// Finds who stands behind a call, and holds it against its method's rule. Null means go on. While auth is off there is
/// nobody, and nothing is looked at. Upstream: AuthInfoFromCtx of server/etcdserver/v3_server.go.
/// </summary>
/// <param name="member">Knows users and roles.</param>
/// <param name="tokens">Knows tokens.</param>
/// <param name="trustsCertificates">--client-cert-auth: a client certificate's common name is a user's name.</param>
internal sealed class CallerGate(IMember member, ITokenProvider tokens, bool trustsCertificates)
{
    private const string BearerPrefix = "Bearer ";
    private static readonly Status BadToken = ErrorTable.For(Refusal.InvalidAuthToken);

    /// <summary>The caller of a unary call, and the refusal by the method's rule.</summary>
    public Status? Admit(AccessRule rule, in CallHead head, out Caller caller)
    {
        caller = default;
        if (!member.Auth.IsEnabled || rule == AccessRule.Open)
        {
            return null;
        }

        return TryGetToken(head.Metadata, out var token)
            ? IdentifyToken(token, out caller) ?? Check(rule, caller)
            : Check(rule, caller = ByCertificate(CommonName(head)));
    }

    /// <summary>The same for a request on a stream.</summary>
    public Status? Admit(AccessRule rule, Credentials credentials, out Caller caller)
    {
        caller = default;
        if (!member.Auth.IsEnabled || rule == AccessRule.Open)
        {
            return null;
        }

        return credentials.Token is { } token
            ? IdentifyToken(token, out caller) ?? Check(rule, caller)
            : Check(rule, caller = ByCertificate(credentials.CommonName));
    }

    /// <summary>
    /// What a call that waits for a read index keeps of its head. Who makes it is found out after that, as etcd does:
    /// by then this member has heard of every login that was answered before the call.
    /// </summary>
    public Credentials WaitingCredentialsOf(in CallHead head) =>
        member.Auth.IsEnabled ? CredentialsOf(head) : Credentials.None;

    /// <summary>What a stream keeps of its head.</summary>
    public Credentials CredentialsOf(in CallHead head)
    {
        var hasToken = TryGetToken(head.Metadata, out var token);
        var name = CommonName(head);
        return hasToken || name is not null
            ? new Credentials(hasToken ? token.ToArray() : null, name)
            : Credentials.None;
    }

    /// <summary>The refusal of a caller who has not role root.</summary>
    public Status? RequireRoot(in Caller caller) =>
        AuthRefusals.Of(member.Auth.CheckRoot(caller.Name)) is var refusal && refusal != Refusal.None
            ? ErrorTable.For(refusal)
            : null;

    /// <summary>
    /// Whether a token that another member passes on is that of a root. Waits for the token's login to be applied.
    /// </summary>
    public async Task<Refusal> JudgeRootAsync(string? text, TimeProvider time, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(text))
        {
            return AuthRefusals.Of(member.Auth.CheckRoot([]));
        }

        var token = Encoding.UTF8.GetBytes(
            text.StartsWith(BearerPrefix, StringComparison.Ordinal) ? text[BearerPrefix.Length..] : text);
        var waited = TimeSpan.Zero;
        while (member.Auth.IsEnabled && tokens.MustWait(token) && waited < Limits.TokenWaitLimit)
        {
            await Task.Delay(Limits.TokenWaitRound, time, cancellation);
            waited += Limits.TokenWaitRound;
        }

        return !member.Auth.IsEnabled ? Refusal.None
            : tokens.TryIdentify(token, out var caller) ? AuthRefusals.Of(member.Auth.CheckRoot(caller.Name))
            : Refusal.InvalidAuthToken;
    }

    /// <summary>Whether a call must wait until more of the log is applied here.</summary>
    public bool MustWait(IMetadata metadata, out ReadOnlySpan<byte> token)
    {
        token = default;
        return member.Auth.IsEnabled && TryGetToken(metadata, out token) && tokens.MustWait(token);
    }

    /// <inheritdoc cref="MustWait(IMetadata, out ReadOnlySpan{byte})"/>
    public bool MustWait(Credentials credentials) =>
        member.Auth.IsEnabled && credentials.Token is { } token && tokens.MustWait(token);

    /// <summary>A call's token: <c>token</c> goes before <c>authorization</c>, whatever they hold.</summary>
    public static bool TryGetToken(IMetadata metadata, out ReadOnlySpan<byte> token)
    {
        if (!metadata.TryGetValue("token", out token) && !metadata.TryGetValue("authorization", out token))
        {
            return false;
        }

        if (token.StartsWith("Bearer "u8))
        {
            token = token["Bearer ".Length..];
        }

        return true;
    }

    private Status? IdentifyToken(ReadOnlySpan<byte> token, out Caller caller) =>
        tokens.TryIdentify(token, out caller) ? null : BadToken;

    private Status? Check(AccessRule rule, in Caller caller) => rule switch
    {
        AccessRule.User when !caller.IsPresent => ErrorTable.For(Refusal.UserEmpty),
        AccessRule.Root => RequireRoot(caller),
        _ => null,
    };

    // The gateway's own certificate says nothing about whom it calls for.
    private string? CommonName(in CallHead head) =>
        trustsCertificates && head.Peer.Certificate is not null
            && !head.Metadata.TryGetValue("grpcgateway-accept", out _)
            ? head.Peer.CommonName
            : null;

    private static Caller ByCertificate(string? name) =>
        name is null ? default : new Caller(Encoding.UTF8.GetBytes(name), null);
}
