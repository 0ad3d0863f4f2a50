using Netcd.CommandLine;
using Netcd.Ctl.Commands.Auth;
using Netcd.Ctl.Commands.Checks;
using Netcd.Ctl.Commands.Concurrency;
using Netcd.Ctl.Commands.Endpoints;
using Netcd.Ctl.Commands.Kv;
using Netcd.Ctl.Commands.Leases;
using Netcd.Ctl.Commands.Maintenance;
using Netcd.Ctl.Commands.Members;
using Netcd.Ctl.Commands.Mirror;
using Netcd.Ctl.Session;

namespace Netcd.Ctl;

/// <summary>All commands of etcdctl; source: etcdctl/ctlv3/ctl.go.</summary>
internal static class CommandTree
{
    public static Command Create()
    {
        var root = new Command("etcdctl", "A simple command line client for etcd3.");
        GlobalFlags.AddTo(root);
        return root.Add(
            GetCommand.Create(),
            PutCommand.Create(),
            DelCommand.Create(),
            TxnCommand.Create(),
            CompactionCommand.Create(),
            Alarm(),
            DefragCommand.Create(),
            Endpoint(),
            MoveLeaderCommand.Create(),
            WatchCommand.Create(),
            VersionCommand.Create(),
            Lease(),
            Member(),
            Snapshot(),
            MakeMirrorCommand.Create(),
            LockCommand.Create(),
            ElectCommand.Create(),
            Auth(),
            User(),
            Role(),
            Check(),
            DowngradeCommands.Create());
    }

    private static Command Alarm() => new Command("alarm <subcommand>", "Alarm related commands").Add(
        AlarmDisarmCommand.Create(),
        AlarmListCommand.Create());

    private static Command Endpoint()
    {
        var command = new Command("endpoint <subcommand>", "Endpoint related commands");
        command.PersistentFlags.Bool(
            ClusterEndpoints.Flag, false, "use all endpoints from the cluster member list");
        return command.Add(
            EndpointHealthCommand.Create(),
            EndpointStatusCommand.Create(),
            EndpointHashKvCommand.Create());
    }

    private static Command Lease() => new Command("lease <subcommand>", "Lease related commands").Add(
        LeaseGrantCommand.Create(),
        LeaseRevokeCommand.Create(),
        LeaseTimeToLiveCommand.Create(),
        LeaseListCommand.Create(),
        LeaseKeepAliveCommand.Create());

    private static Command Check() =>
        new Command("check <subcommand>", "commands for checking properties of the etcd cluster").Add(
            PerfCheckCommand.Create(),
            DatascaleCheckCommand.Create());

    private static Command Member() => new Command("member <subcommand>", "Membership related commands").Add(
        MemberAddCommand.Create(),
        MemberRemoveCommand.Create(),
        MemberUpdateCommand.Create(),
        MemberListCommand.Create(),
        MemberPromoteCommand.Create());

    private static Command Snapshot() => new Command("snapshot <subcommand>", "Manages etcd node snapshots").Add(
        SnapshotSaveCommand.Create(),
        SnapshotRestoreCommand.Create(),
        SnapshotStatusCommand.Create());

    private static Command Auth() => new Command("auth <enable or disable>", "Enable or disable authentication").Add(
        AuthEnableCommand.Create(),
        AuthDisableCommand.Create(),
        AuthStatusCommand.Create());

    private static Command User() => new Command("user <subcommand>", "User related commands").Add(
        UserAddCommand.Create(),
        UserDeleteCommand.Create(),
        UserGetCommand.Create(),
        UserListCommand.Create(),
        UserPasswdCommand.Create(),
        UserGrantRoleCommand.Create(),
        UserRevokeRoleCommand.Create());

    private static Command Role() => new Command("role <subcommand>", "Role related commands").Add(
        RoleAddCommand.Create(),
        RoleDeleteCommand.Create(),
        RoleGetCommand.Create(),
        RoleListCommand.Create(),
        RoleGrantPermissionCommand.Create(),
        RoleRevokePermissionCommand.Create());
}
