using Google.Protobuf;
using Netcd.Client;
using Netcd.Grpc;
using Netcd.Proto.EtcdServer;
using Netcd.Proxy.Calls;

namespace Netcd.Proxy.Cluster;

/// <summary>
/// The Cluster service: a proxy names itself, or all proxies of its prefix, as the members, so that clients who sync
/// their endpoints stay with proxies. Source: server/proxy/grpcproxy/cluster.go.
/// </summary>
/// <param name="client">The members.</param>
/// <param name="advertised">The proxy's own address; empty to name the members themselves.</param>
/// <param name="proxies">The proxies of the prefix; null without one.</param>
internal sealed class ClusterMethods(EtcdClient client, string advertised, ProxyMembers? proxies)
{
    private const string Service = "etcdserverpb.Cluster";

    public void AddTo(MethodList methods)
    {
        methods.Answer(Service, "MemberAdd", MemberAddRequest.Parser, (request, caller, cancellation) =>
            AskAsync(request, caller, "MemberAdd", MemberAddResponse.Parser, cancellation));
        methods.Answer(Service, "MemberRemove", MemberRemoveRequest.Parser, (request, caller, cancellation) =>
            AskAsync(request, caller, "MemberRemove", MemberRemoveResponse.Parser, cancellation));
        methods.Answer(Service, "MemberUpdate", MemberUpdateRequest.Parser, (request, caller, cancellation) =>
            AskAsync(request, caller, "MemberUpdate", MemberUpdateResponse.Parser, cancellation));
        methods.Answer(Service, "MemberList", MemberListRequest.Parser, ListAsync);
        methods.Answer<MemberPromoteRequest>(Service, "MemberPromote", MemberPromoteRequest.Parser, (_, _, _) =>
            throw new EtcdException(StatusCode.Unknown, "not implemented"));
    }

    private async Task<TResponse> AskAsync<TRequest, TResponse>(
        TRequest request,
        Caller caller,
        string method,
        MessageParser<TResponse> parser,
        CancellationToken cancellation)
        where TRequest : IMessage<TRequest>
        where TResponse : IMessage<TResponse> =>
        parser.ParseFrom(await caller.View(client).CallAsync(
            $"/{Service}/{method}", request.ToByteArray(), isRepeatable: false, cancellation));

    private Task<MemberListResponse> ListAsync(
        MemberListRequest request, Caller caller, CancellationToken cancellation)
    {
        if (advertised.Length == 0)
        {
            // As etcd's client, which always asks for the leader's list.
            return AskAsync(
                new MemberListRequest { Linearizable = true }, caller, "MemberList", MemberListResponse.Parser,
                cancellation);
        }

        var response = new MemberListResponse();
        response.Members.AddRange(proxies?.List() ?? []);
        if (response.Members.Count == 0)
        {
            response.Members.Add(new Member { Name = ProxyName.OfThisHost, ClientURLs = { advertised } });
        }

        return Task.FromResult(response);
    }
}
