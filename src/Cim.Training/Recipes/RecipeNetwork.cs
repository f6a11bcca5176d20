using Cim.Onnx;
using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Cim.Training.Networks;
using Google.Protobuf;

namespace Cim.Training.Recipes;

/// <summary>Makes the network of a recipe.</summary>
public static class RecipeNetwork
{
    /// <summary>The network with the weights training starts from.</summary>
    public static TrainableNetwork Create(TrainingRecipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ModelProto model = recipe.Network.File is { } file ? Load(file) : Architecture.Build(recipe.Network.Input!, recipe.Network.Layers!);
        TrainableNetwork network = FromOnnx(model, recipe.Network.File);
        if (recipe.Network.File is null || recipe.Network.Fresh)
            FreshWeights.Initialize(network, recipe.Training.Seed);
        return network;
    }

    /// <summary>The boundary to files from outside: what a malformed graph provokes deeper down is an invalid graph.</summary>
    private static TrainableNetwork FromOnnx(ModelProto model, string? file)
    {
        try
        {
            return TrainableNetwork.FromOnnx(model);
        }
        catch (CimException e) when (e.File is null && file is not null)
        {
            throw new CimException(e.Code, e.Message, e) { File = file };
        }
        catch (Exception e) when (
            e is ArgumentException or OverflowException or IndexOutOfRangeException or InvalidOperationException or InvalidCastException
            or KeyNotFoundException or NullReferenceException or DivideByZeroException or OnnxFormatException)
        {
            throw new CimException(ErrorCodes.InvalidGraph,
                $"The network cannot be understood ({e.Message.TrimEnd('.')}); 'cim inspect' may say more.", e) { File = file };
        }
    }

    private static ModelProto Load(string file)
    {
        InputFile.Open(file, "model").Dispose();
        try
        {
            return ModelFile.Load(file);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new CimException(ErrorCodes.MalformedOnnx, "The file is not an ONNX model", exception) { File = file };
        }
    }
}
