using System.CommandLine;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Runtime;
using Cim.Runtime.Crossbar.SingleMatrix;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary><c>cim mvm CASE.json</c>: one matrix on one set of arrays, for questions about the hardware itself.</summary>
internal static class MvmCommand
{
    private static readonly Argument<string> _case = new("case")
    {
        Description = "A file with weights, inputs, bits, ranges, hardware, fidelity and seed; docs/cli.md describes its fields.",
    };

    public static Command Create() =>
        new Command("mvm", "Multiply one matrix with vectors on simulated arrays.") { _case }.Does(Run);

    private static double[][] Run(MatrixCase matrix, string path)
    {
        try
        {
            return matrix.Run();
        }
        catch (CimException e) when (e.File is null)
        {
            throw new CimException(e.Code, e.Message, e) { File = path };
        }
    }

    private static void Run(ParseResult parsed, CommandContext context)
    {
        MatrixCase matrix = MatrixCaseReader.Load(parsed.GetRequiredValue(_case));
        double[][] outputs = Run(matrix, parsed.GetRequiredValue(_case));
        context.WriteResult(
            new MvmDocument(outputs), CliJson.Relaxed.MvmDocument,
            console =>
            {
                foreach (double[] row in outputs)
                    console.WriteLine(
                        string.Join(' ', row.Select(y => y.ToString("G9", System.Globalization.CultureInfo.InvariantCulture))));
            });
    }
}
