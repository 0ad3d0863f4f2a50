using System.Runtime.InteropServices;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>
/// Any of the requests that change or ask the auth store, read in place: none has more than four fields, all of bytes,
/// which the request's kind gives a meaning. Names need not be UTF-8.
/// </summary>
/// <remarks>
/// <code>
///                          1      2           3              4
/// AuthUserAdd              name   password    options        hashedPassword
/// AuthUserChangePassword   name   password    hashedPassword
/// AuthUserGrantRole        user   role
/// AuthUserRevokeRole       name   role
/// AuthRoleGrantPermission  name   perm
/// AuthRoleRevokePermission role   key         range_end
/// InternalAuthenticate     name   password    simple_token
/// all others               name
/// </code>
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public ref struct AuthRequestView
{
    public ReadOnlySpan<byte> Name;
    public ReadOnlySpan<byte> Second;
    public ReadOnlySpan<byte> Third;
    public ReadOnlySpan<byte> Fourth;

    /// <summary>Whether the field is there, be it empty.</summary>
    public bool HasSecond;

    /// <inheritdoc cref="HasSecond"/>
    public bool HasThird;

    /// <inheritdoc cref="RangeRequestView.Parse"/>
    public static AuthRequestView Parse(ReadOnlySpan<byte> message)
    {
        var view = default(AuthRequestView);
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    view.Name = reader.ReadBytes(wireType);
                    break;
                case 2:
                    view.Second = reader.ReadBytes(wireType);
                    view.HasSecond = true;
                    break;
                case 3:
                    view.Third = reader.ReadBytes(wireType);
                    view.HasThird = true;
                    break;
                case 4:
                    view.Fourth = reader.ReadBytes(wireType);
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return view;
    }
}
