using Netcd.CommandLine;
using Netcd.Ctl;

return await EtcdctlProgram.RunAsync(ArgumentBytes.OfProcess(args), ProgramConsole.OfProcess());
