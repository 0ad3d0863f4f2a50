using Netcd.CommandLine;
using Netcd.Utl;

using var console = ProgramConsole.OfProcess();
return await UtlProgram.RunAsync(args, console);
