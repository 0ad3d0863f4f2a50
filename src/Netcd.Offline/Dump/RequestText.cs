using System.Collections;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Netcd.Base;
using Netcd.Base.Protobuf;
using Netcd.Base.Records;
using Netcd.Proto.EtcdServer;
using Netcd.Raft.ConfChanges;

namespace Netcd.Offline.Dump;

/// <summary>
/// Entries of the log as people read them: <c>put key="a" value="b"</c>. Passwords are not shown.
/// </summary>
internal sealed class RequestText(DumpText text)
{
    private const string Hidden = "(hidden)";

    // Marks the message that carries the request's id and user, which every request has.
    private const string HeaderName = "header";

    /// <summary>What the entry asks for; the name of the request comes first.</summary>
    internal string Describe(in Entry entry)
    {
        if (entry.Data.IsEmpty)
        {
            return "empty";
        }

        try
        {
            return entry.Type switch
            {
                EntryType.ConfChange => Describe(ConfChangeCodec.Read(entry.Data.Span)),
                EntryType.ConfChangeV2 => "conf_change_v2 " + text.Value(entry.Data.Span),
                _ => DescribeRequest(entry.Data.Span),
            };
        }
        catch (Exception problem) when (problem is ProtoException or CorruptionException
            or InvalidProtocolBufferException)
        {
            return $"unknown {text.Value(entry.Data.Span)} ({problem.Message})";
        }
    }

    private string DescribeRequest(ReadOnlySpan<byte> data)
    {
        // Old releases have version 2 requests as the entry itself; the two do not parse as each other.
        try
        {
            return Describe(InternalRaftRequest.Parser.ParseFrom(data));
        }
        catch (InvalidProtocolBufferException)
        {
            return Line("v2", Request.Parser.ParseFrom(data));
        }
    }

    private string Describe(InternalRaftRequest request)
    {
        foreach (var field in InternalRaftRequest.Descriptor.Fields.InFieldNumberOrder())
        {
            if (field.FieldType == FieldType.Message && field.Name != HeaderName
                && field.Accessor.GetValue(request) is IMessage body)
            {
                var line = Line(field.Name, body);
                return request.Header is { Username.Length: > 0 } header
                    ? $"{line} user={DumpText.Quoted(Encoding.UTF8.GetBytes(header.Username))}"
                    : line;
            }
        }

        return "no request";
    }

    private string Describe(ConfChange change)
    {
        var kind = change.Type switch
        {
            ConfChangeType.AddNode => "add_node",
            ConfChangeType.RemoveNode => "remove_node",
            ConfChangeType.UpdateNode => "update_node",
            ConfChangeType.AddLearnerNode => "add_learner_node",
            _ => change.Type.ToString(),
        };
        var context = change.Context.IsEmpty ? string.Empty : " " + Encoding.UTF8.GetString(change.Context.Span);
        return $"conf_change {kind} member={change.MemberId}{context}";
    }

    private string Line(string name, IMessage body)
    {
        var line = new StringBuilder(name);
        AppendFields(line, body);
        return line.ToString();
    }

    private void AppendFields(StringBuilder line, IMessage body)
    {
        foreach (var field in body.Descriptor.Fields.InFieldNumberOrder())
        {
            var value = field.Accessor.GetValue(body);
            if (field.IsRepeated)
            {
                foreach (var item in (IEnumerable)value)
                {
                    AppendField(line, field, item);
                }
            }
            else if (value is IMessage ? field.Accessor.HasValue(body) : !IsDefault(value))
            {
                AppendField(line, field, value);
            }
        }
    }

    private void AppendField(StringBuilder line, FieldDescriptor field, object value)
    {
        line.Append(' ').Append(field.Name);
        switch (value)
        {
            case IMessage message:
                line.Append(" {");
                AppendFields(line, message);
                line.Append(" }");
                break;
            case ByteString or string when IsSecret(field.Name):
                line.Append('=').Append(Hidden);
                break;
            case ByteString bytes:
                line.Append('=').Append(text.Value(bytes.Span));
                break;
            case string characters:
                line.Append('=').Append(text.Value(Encoding.UTF8.GetBytes(characters)));
                break;
            case bool flag:
                line.Append('=').Append(flag ? "true" : "false");
                break;
            case Enum:
                var name = field.EnumType.FindValueByNumber(Convert.ToInt32(value, CultureInfo.InvariantCulture));
                line.Append('=').Append(name?.Name ?? value.ToString());
                break;
            default:
                line.Append('=').Append(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static bool IsSecret(string name) =>
        name.Contains("password", StringComparison.OrdinalIgnoreCase)
        || name.Contains("token", StringComparison.OrdinalIgnoreCase);

    private static bool IsDefault(object? value) => value switch
    {
        null => true,
        string characters => characters.Length == 0,
        ByteString bytes => bytes.IsEmpty,
        bool flag => !flag,
        _ => Convert.ToDecimal(value, CultureInfo.InvariantCulture) == 0,
    };
}
