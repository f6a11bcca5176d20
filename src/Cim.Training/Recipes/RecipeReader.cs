using System.Text.Json;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Cim.Training.Json;

namespace Cim.Training.Recipes;

/// <summary>Reads a recipe and checks it.</summary>
public static class RecipeReader
{
    private static readonly JsonWording _wording = new(ErrorCodes.InvalidRecipe, "the recipe", "a recipe", "recipe field");

    /// <summary>Reads and checks a recipe; relative paths become absolute.</summary>
    /// <param name="path">The recipe.</param>
    /// <param name="dataFolder">Where relative data files are; null = beside the recipe.</param>
    /// <exception cref="CimException"><see cref="ErrorCodes.InvalidRecipe"/> with the position, or the file cannot be read.</exception>
    public static TrainingRecipe Read(string path, string? dataFolder = null)
    {
        string text = InputFile.ReadText(path, "recipe", ErrorCodes.InvalidRecipe);
        try
        {
            TrainingRecipe recipe = new JsonSchema(_wording, path).Read(text, RecipeJson.Default.TrainingRecipe);
            RecipeLimits.Check(recipe, path);
            string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            string data = dataFolder is null ? folder : Path.GetFullPath(dataFolder);
            return recipe with
            {
                Network = recipe.Network with { File = Resolve(folder, recipe.Network.File) },
                Data = recipe.Data with { Train = Resolve(data, recipe.Data.Train)!, Test = Resolve(data, recipe.Data.Test) },
                Output = Resolve(folder, recipe.Output)!,
                Checkpoint = Resolve(folder, recipe.Checkpoint),
            };
        }
        catch (JsonException exception)
        {
            throw new CimException(ErrorCodes.InvalidRecipe, $"The recipe is not valid JSON: {exception.Message}", exception)
            {
                File = path,
                Line = (int)(exception.LineNumber ?? 0) + 1,
                Column = (int)(exception.BytePositionInLine ?? 0) + 1,
            };
        }
    }

    private static string? Resolve(string folder, string? path) => path is null ? null : Path.GetFullPath(path, folder);
}
