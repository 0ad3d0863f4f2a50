using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Mvcc;

/// <summary>The values of buckets <c>authUsers</c> and <c>authRoles</c>, byte for byte as etcd writes them.</summary>
/// <remarks>
/// <code>
/// User        0A name, 12 password, 1A role ..., 22 options       empty fields left out, but not options
/// options     08 01 without password
/// Role        0A name, 12 permission ...
/// permission  08 type, 12 key, 1A range end                       type 0 (read) left out
/// </code>
/// </remarks>
public static class AuthRecord
{
    private const int NameField = 1;
    private const int PasswordField = 2;
    private const int RolesField = 3;
    private const int OptionsField = 4;
    private const int PermissionsField = 2;

    public static byte[] Encode(AuthUser user)
    {
        var size = ProtoSize.Bytes(NameField, user.Name.Length) + ProtoSize.Bytes(PasswordField, user.Password.Length);
        foreach (var role in user.Roles)
        {
            size += ProtoSize.Delimited(RolesField, role.Length);
        }

        var optionsSize = 0;
        if (user.Options is { } options)
        {
            optionsSize = ProtoSize.Bool(1, options.NoPassword) + options.Unknown.Length;
            size += ProtoSize.Delimited(OptionsField, optionsSize);
        }

        var record = new byte[size];
        var writer = new ProtoWriter(record);
        writer.Bytes(NameField, user.Name);
        writer.Bytes(PasswordField, user.Password);
        foreach (var role in user.Roles)
        {
            writer.Delimited(RolesField, role);
        }

        if (user.Options is not null)
        {
            writer.DelimitedHeader(OptionsField, optionsSize);
            writer.Bool(1, user.Options.NoPassword);
            writer.Raw(user.Options.Unknown);
        }

        Invariant.Check(writer.Position == size);
        return record;
    }

    public static byte[] Encode(AuthRole role)
    {
        var size = ProtoSize.Bytes(NameField, role.Name.Length);
        foreach (var permission in role.Permissions)
        {
            size += ProtoSize.Delimited(PermissionsField, Size(permission));
        }

        var record = new byte[size];
        var writer = new ProtoWriter(record);
        writer.Bytes(NameField, role.Name);
        foreach (var permission in role.Permissions)
        {
            writer.DelimitedHeader(PermissionsField, Size(permission));
            Write(ref writer, permission);
        }

        Invariant.Check(writer.Position == size);
        return record;
    }

    /// <exception cref="CorruptionException">The record is no authpb.User.</exception>
    public static AuthUser DecodeUser(ReadOnlySpan<byte> record)
    {
        byte[] name = [];
        byte[] password = [];
        var roles = new List<byte[]>();
        AuthUserOptions? options = null;
        try
        {
            var reader = new ProtoReader(record);
            while (reader.TryReadTag(out var field, out var wireType))
            {
                switch (field)
                {
                    case NameField:
                        name = reader.ReadBytes(wireType).ToArray();
                        break;
                    case PasswordField:
                        password = reader.ReadBytes(wireType).ToArray();
                        break;
                    case RolesField:
                        roles.Add(reader.ReadBytes(wireType).ToArray());
                        break;
                    case OptionsField:
                        options = DecodeOptions(reader.ReadBytes(wireType), options);
                        break;
                    default:
                        reader.Skip(wireType);
                        break;
                }
            }
        }
        catch (ProtoException problem)
        {
            throw new CorruptionException("bucket authUsers", problem.Message, problem);
        }

        return new AuthUser(name, password, roles, options);
    }

    /// <exception cref="CorruptionException">The record is no authpb.Role.</exception>
    public static AuthRole DecodeRole(ReadOnlySpan<byte> record)
    {
        byte[] name = [];
        var permissions = new List<AuthPermission>();
        try
        {
            var reader = new ProtoReader(record);
            while (reader.TryReadTag(out var field, out var wireType))
            {
                switch (field)
                {
                    case NameField:
                        name = reader.ReadBytes(wireType).ToArray();
                        break;
                    case PermissionsField:
                        permissions.Add(DecodePermission(reader.ReadBytes(wireType)));
                        break;
                    default:
                        reader.Skip(wireType);
                        break;
                }
            }
        }
        catch (ProtoException problem)
        {
            throw new CorruptionException("bucket authRoles", problem.Message, problem);
        }

        return new AuthRole(name, permissions);
    }

    /// <summary>authpb.UserAddOptions; a second one in a message adds to the first.</summary>
    /// <exception cref="ProtoException">It is malformed.</exception>
    public static AuthUserOptions DecodeOptions(ReadOnlySpan<byte> message, AuthUserOptions? before)
    {
        var noPassword = before is { NoPassword: true };
        var unknown = new List<byte>(before?.Unknown ?? []);
        var reader = new ProtoReader(message);
        for (var start = 0; reader.TryReadTag(out var field, out var wireType); start = reader.Position)
        {
            if (field == 1)
            {
                noPassword = reader.ReadBool(wireType);
                continue;
            }

            reader.Skip(wireType);
            unknown.AddRange(message[start..reader.Position]);
        }

        return new AuthUserOptions(noPassword, [.. unknown]);
    }

    /// <exception cref="ProtoException">It is malformed.</exception>
    public static AuthPermission DecodePermission(ReadOnlySpan<byte> message)
    {
        var type = PermissionType.Read;
        byte[] key = [];
        byte[] rangeEnd = [];
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            switch (field)
            {
                case 1:
                    type = (PermissionType)reader.ReadInt32(wireType);
                    break;
                case 2:
                    key = reader.ReadBytes(wireType).ToArray();
                    break;
                case 3:
                    rangeEnd = reader.ReadBytes(wireType).ToArray();
                    break;
                default:
                    reader.Skip(wireType);
                    break;
            }
        }

        return new AuthPermission(type, key, rangeEnd);
    }

    /// <summary>Bytes of an authpb.Permission.</summary>
    public static int Size(AuthPermission permission) =>
        ProtoSize.Int64(1, (long)permission.Type)
        + ProtoSize.Bytes(2, permission.Key.Length)
        + ProtoSize.Bytes(3, permission.RangeEnd.Length);

    public static void Write(ref ProtoWriter writer, AuthPermission permission)
    {
        writer.Int64(1, (long)permission.Type);
        writer.Bytes(2, permission.Key);
        writer.Bytes(3, permission.RangeEnd);
    }
}
