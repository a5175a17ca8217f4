// The SDK alibaba-cloud-sdk-go, by its own clients and request types.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"

	sdkerrors "github.com/aliyun/alibaba-cloud-sdk-go/sdk/errors"
	"github.com/aliyun/alibaba-cloud-sdk-go/sdk/requests"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/cbn"
	"github.com/aliyun/alibaba-cloud-sdk-go/services/vpc"

	"clients/stdin"
)

// The versions that the request types are made for.
var versions = map[string]string{"vpc": "2016-04-28", "cbn": "2017-09-12"}

// The text of a plain value, as the request types hold it.
func text(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case bool:
		return strconv.FormatBool(value)
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	default:
		return fmt.Sprint(value)
	}
}

// Puts a value of a request into a field of its type: a text, a struct, or a list of either.
func fill(field reflect.Value, value any) error {
	switch field.Kind() {
	case reflect.String:
		field.SetString(text(value))
		return nil
	case reflect.Pointer:
		field.Set(reflect.New(field.Type().Elem()))
		return fill(field.Elem(), value)
	case reflect.Slice:
		items, _ := value.([]any)
		for _, item := range items {
			one := reflect.New(field.Type().Elem()).Elem()
			if err := fill(one, item); err != nil {
				return err
			}
			field.Set(reflect.Append(field, one))
		}
		return nil
	case reflect.Struct:
		fields, _ := value.(map[string]any)
		return fillStruct(field, fields)
	default:
		return errors.New("no way to fill a " + field.Kind().String())
	}
}

func fillStruct(target reflect.Value, params map[string]any) error {
	for name, value := range params {
		field := fieldOf(target, name)
		if !field.IsValid() {
			return errors.New("the SDK has no parameter " + name)
		}
		if err := fill(field, value); err != nil {
			return err
		}
	}
	return nil
}

func fieldOf(target reflect.Value, name string) reflect.Value {
	for at := range target.NumField() {
		if target.Type().Field(at).Tag.Get("name") == name {
			return target.Field(at)
		}
	}
	return reflect.Value{}
}

func call(client any, service, action string, params map[string]any) (map[string]any, error) {
	method := reflect.ValueOf(client).MethodByName(action)
	if !method.IsValid() {
		return nil, errors.New("the SDK has no " + action)
	}
	request := reflect.New(method.Type().In(0).Elem())
	rpc := new(requests.RpcRequest)
	rpc.InitWithApiInfo(service, versions[service], action, service, "openAPI")
	rpc.Method = requests.POST
	rpc.Domain = os.Getenv("EMULATOR_HOST")
	rpc.Scheme = os.Getenv("EMULATOR_PROTOCOL")
	request.Elem().FieldByName("RpcRequest").Set(reflect.ValueOf(rpc))
	// The types of all requests share one field for the region.
	rpc.RegionId, _ = params["RegionId"].(string)
	delete(params, "RegionId")
	if err := fillStruct(request.Elem(), params); err != nil {
		return nil, err
	}
	results := method.Call([]reflect.Value{request})
	if err, failed := results[1].Interface().(error); failed {
		return nil, err
	}
	content, _ := results[0].MethodByName("GetHttpContentBytes").Call(nil)[0].Interface().([]byte)
	var body map[string]any
	return body, json.Unmarshal(content, &body)
}

// The code in an error of the SDK; there is none when the client itself failed.
func codeOf(err error) string {
	var refused *sdkerrors.ServerError
	if errors.As(err, &refused) {
		return refused.ErrorCode()
	}
	return ""
}

func main() {
	key, secret := os.Getenv("EMULATOR_KEY"), os.Getenv("EMULATOR_SECRET")
	vpcClient, err := vpc.NewClientWithAccessKey("cn-hangzhou", key, secret)
	if err != nil {
		panic(err)
	}
	cbnClient, err := cbn.NewClientWithAccessKey("cn-hangzhou", key, secret)
	if err != nil {
		panic(err)
	}
	clients := map[string]any{"vpc": vpcClient, "cbn": cbnClient}
	stdin.Serve(func(service, action string, params map[string]any) (map[string]any, error) {
		return call(clients[service], service, action, params)
	}, codeOf)
}
