using System.CommandLine;
using Cim.Cli.Invocation;
using Cim.Compiler.Data;
using Cim.Runtime;

namespace Cim.Cli.Commands;

/// <summary>Preprocessing for a compiled model: what it was compiled with, unless the command line says otherwise.</summary>
internal static class ModelData
{
    /// <param name="arguments">The options of the command.</param>
    /// <param name="parsed">Its command line.</param>
    /// <param name="model">The model.</param>
    /// <param name="path">Its file, for messages.</param>
    /// <param name="context">Reports which one is used where there are two, or where nobody named one.</param>
    /// <exception cref="CimException">CIM0010: the options are wrong; CIM4001: what the model has is damaged.</exception>
    public static Preprocessing Read(this DataArguments arguments, ParseResult parsed, ModelInfo model, string path, CommandContext context)
    {
        Preprocessing asked = arguments.Read(parsed);
        if (model.Preprocessing is not { } stored) return asked;
        Preprocessing own = Own(stored, path);
        if (!arguments.IsSet(parsed))
        {
            context.Report($"{Path.GetFileName(path)} was compiled with {stored}; its data are read so, too (--scale 1 for data that are "
                + $"preprocessed already)");
            return own;
        }

        if (asked.ToString() != own.ToString())
            context.Warn(ErrorCodes.PreprocessingDiffers,
                $"The model was compiled with {stored}, but --scale, --mean and --std say {asked}; the latter are used. Leave them out to "
                + $"use the model's own.", path);
        return asked;
    }

    private static Preprocessing Own(ModelPreprocessing stored, string path)
    {
        try
        {
            return Preprocessing.Parse(stored.Scale, stored.Mean, stored.Std);
        }
        catch (CimException e)
        {
            throw new CimException(ErrorCodes.InvalidCompiledModel,
                $"This is no readable compiled model (.cim): its preprocessing ({stored}) is damaged. Compile it again.", e)
                {
                    File = path,
                };
        }
    }
}
