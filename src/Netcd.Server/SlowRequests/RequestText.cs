using System.Globalization;
using System.Text;
using Netcd.Base.Protobuf;
using Netcd.Server.Requests;

namespace Netcd.Server.SlowRequests;

/// <summary>
/// Requests as they are shown in the log: without values, passwords and tokens. Upstream:
/// api/etcdserverpb/raft_internal_stringer.go; unlike there, the letters of a simple token are left out too.
/// </summary>
public static class RequestText
{
    // Keys may be as long as a request, and each byte may take four letters.
    private const int TextLengthMax = 32 * 1024;

    // What is refused for its depth may be shown too.
    private const int DepthMax = 64;

    public static string OfRange(ReadOnlySpan<byte> message) => Of(RequestFields.Range, message);

    public static string OfPut(ReadOnlySpan<byte> message) => Of(RequestFields.Put, message);

    public static string OfDeleteRange(ReadOnlySpan<byte> message) => Of(RequestFields.DeleteRange, message);

    public static string OfTxn(ReadOnlySpan<byte> message)
    {
        var text = new StringBuilder();
        WriteTxn(text, TxnRequestView.Parse(message), depth: 0);
        return Finish(text);
    }

    /// <summary>What a log entry carries.</summary>
    internal static string OfEntry(ReadOnlySpan<byte> data)
    {
        InternalRequestView request;
        try
        {
            request = InternalRequestView.Parse(data);
        }
        catch (ProtoException)
        {
            return Of(RequestFields.Version2, data);
        }

        var text = new StringBuilder();
        WriteHeader(text, request);
        Write(text, request);
        return Finish(text);
    }

    private static void Write(StringBuilder text, in InternalRequestView request)
    {
        if (RequestFields.Of(request.Kind) is { } field)
        {
            ProtoText.Write(text, field, 0, request.Message);
            return;
        }

        switch (request.Kind)
        {
            case InternalRequestKind.Put:
                text.Append("put:<");
                ProtoText.Write(text, RequestFields.Put, request.Message);
                text.Append('>');
                break;
            case InternalRequestKind.Txn:
                text.Append("txn:<");
                WriteTxn(text, TxnRequestView.Parse(request.Message), depth: 0);
                text.Append('>');
                break;
            case InternalRequestKind.LeaseGrant:
                var grant = LeaseGrantRequestView.Parse(request.Message);
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"lease_grant:<ttl:{grant.TtlSeconds}-second id:{(ulong)grant.Id.Value:x16}>");
                break;
            case InternalRequestKind.LeaseRevoke:
                var id = LeaseIdRequest.Parse(request.Message).Value;
                text.Append(CultureInfo.InvariantCulture, $"lease_revoke:<id:{(ulong)id:x16}>");
                break;
            case InternalRequestKind.Authenticate:
                text.Append("authenticate:<name:").Append(NameOf(request)).Append('>');
                break;
            case InternalRequestKind.AuthUserAdd:
                text.Append("auth_user_add:<name:").Append(NameOf(request)).Append('>');
                break;
            case InternalRequestKind.AuthUserChangePassword:
                text.Append("auth_user_change_password:<name:").Append(NameOf(request)).Append('>');
                break;
            default:
                break;
        }
    }

    private static string NameOf(in InternalRequestView request) =>
        Encoding.UTF8.GetString(AuthRequestView.Parse(request.Message).Name);

    private static void WriteHeader(StringBuilder text, in InternalRequestView request)
    {
        var header = new byte[ProtoSize.UInt64(1, request.Id) + ProtoSize.Bytes(2, request.UserName.Length)
            + ProtoSize.UInt64(3, request.AuthRevision)];
        var writer = new ProtoWriter(header);
        writer.UInt64(1, request.Id);
        writer.Bytes(2, request.UserName);
        writer.UInt64(3, request.AuthRevision);
        text.Append("header:<");
        ProtoText.Write(text, RequestFields.Header, header);
        text.Append("> ");
    }

    private static void WriteTxn(StringBuilder text, in TxnRequestView txn, int depth)
    {
        if (depth > DepthMax)
        {
            text.Append("...");
            return;
        }

        text.Append("compare:<");
        var separator = "";
        foreach (var message in txn.Compares)
        {
            text.Append(separator);
            ProtoText.Write(text, RequestFields.Compare, message);
            separator = " ";
        }

        text.Append("> success:<");
        WriteOperations(text, txn.Success, depth);
        text.Append("> failure:<");
        WriteOperations(text, txn.Failure, depth);
        text.Append('>');
    }

    private static void WriteOperations(StringBuilder text, RepeatedMessages operations, int depth)
    {
        var separator = "";
        foreach (var message in operations)
        {
            text.Append(separator);
            WriteOperation(text, RequestOpView.Parse(message), depth);
            separator = " ";
            if (text.Length > TextLengthMax)
            {
                return;
            }
        }
    }

    private static void WriteOperation(StringBuilder text, in RequestOpView operation, int depth)
    {
        switch (operation.Kind)
        {
            case RequestOpKind.Put:
                text.Append("request_put:<");
                ProtoText.Write(text, RequestFields.Put, operation.Message);
                text.Append('>');
                break;
            case RequestOpKind.Txn:
                text.Append("request_txn:<");
                WriteTxn(text, TxnRequestView.Parse(operation.Message), depth + 1);
                text.Append('>');
                break;
            case RequestOpKind.Range:
                text.Append("request_range:<");
                ProtoText.Write(text, RequestFields.Range, operation.Message);
                text.Append("> ");
                break;
            case RequestOpKind.DeleteRange:
                text.Append("request_delete_range:<");
                ProtoText.Write(text, RequestFields.DeleteRange, operation.Message);
                text.Append("> ");
                break;
            default:
                break;
        }
    }

    private static string Of(TextField[] fields, ReadOnlySpan<byte> message)
    {
        var text = new StringBuilder();
        ProtoText.Write(text, fields, message);
        return Finish(text);
    }

    private static string Finish(StringBuilder text) =>
        text.Length <= TextLengthMax ? text.ToString() : text.ToString(0, TextLengthMax) + "...";
}
