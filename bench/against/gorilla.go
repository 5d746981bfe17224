// What most would write in Go: gorilla/websocket and encoding/json into a struct. Usage: gorilla PORT MESSAGES
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/gorilla/websocket"
)

type event struct {
	Symbol    string    `json:"symbol"`
	Price     float64   `json:"price"`
	Timestamp time.Time `json:"timestamp"`
}

type group struct {
	symbol string
	window int64
}

func main() {
	connection, _, err := websocket.DefaultDialer.Dial("ws://127.0.0.1:"+os.Args[1]+"/", nil)
	if err != nil {
		panic(err)
	}
	messages, err := strconv.Atoi(os.Args[2])
	if err != nil {
		panic(err)
	}
	counts := map[group]int{}
	for n := 0; n < messages; n++ {
		_, payload, err := connection.ReadMessage()
		if err != nil {
			panic(err)
		}
		var message event
		if err := json.Unmarshal(payload, &message); err != nil {
			panic(err)
		}
		if message.Price > 10 {
			counts[group{message.Symbol, message.Timestamp.Unix() / 10}]++
		}
	}
	connection.Close()
	total := 0
	for _, count := range counts {
		total += count
	}
	fmt.Printf("%d messages in %d groups\n", total, len(counts))
}
